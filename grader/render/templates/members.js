"use strict";
// Sorting and filtering of the table of members. Of a large class the page holds the rows that are looked at: more come
// in as one scrolls to them, and all of them to be printed. Without this script the page shows everybody, by name.
(() => {
  const AT_ONCE = 100;
  const whole = document.querySelector(".scroll > noscript");
  if (!whole) return;
  // The browser has read it as text alone: thousands of rows in the page itself take it half a minute.
  const table = new DOMParser().parseFromString(whole.textContent, "text/html").querySelector(".members");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const value = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? order.compare(a, b) : x - y;
  };

  let shown = rows; // those that the filter lets through, in order
  const end = document.createElement("div");
  const put = (count) => {
    const added = document.createDocumentFragment();
    for (const row of shown.slice(body.rows.length, count)) added.append(row);
    body.append(added);
    watcher.unobserve(end); // so that it looks again, should the end still be near
    if (body.rows.length < shown.length) watcher.observe(end);
  };
  const watcher = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && put(body.rows.length + AT_ONCE),
    { rootMargin: "1000px" },
  );
  const putAnew = () => {
    body.replaceChildren();
    put(AT_ONCE);
  };

  heads.forEach((head, at) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      // numbers are first wanted with the lowest on top: whom to help
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const values = new Map(rows.map((row) => [row, value(row, at)]));
      rows.sort((a, b) => compare(values.get(a), values.get(b)) * (down ? -1 : 1));
      show();
    });
  });

  const name = document.querySelector("[name=filter]");
  const which = document.querySelector("[name=which]");
  const count = document.querySelector("[data-shown]");
  const show = () => {
    const wanted = name.value.trim().normalize("NFC").toLowerCase();
    const isShown = ({ dataset }) =>
      dataset.name.toLowerCase().includes(wanted) && (which.value === "" || dataset.standing === which.value);
    shown = rows.filter(isShown);
    count.textContent = count.dataset.shown.replace("{n}", shown.length).replace("{total}", rows.length);
    putAnew();
  };
  name.addEventListener("input", show);
  which.addEventListener("input", show);

  let before = 0;
  addEventListener("beforeprint", () => {
    before = body.rows.length;
    put(shown.length);
  });
  addEventListener("afterprint", () => {
    for (const row of shown.slice(before)) row.remove();
    put(before);
  });
  whole.parentElement.after(end);
  whole.replaceWith(table);
  show();
})();

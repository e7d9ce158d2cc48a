"use strict";
// Sorting and filtering of the table of members. Without this script the page shows everybody, by name.
(() => {
  const table = document.querySelector(".members");
  if (!table) return;
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

  heads.forEach((head, at) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      // numbers are first wanted with the lowest on top: whom to help
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort((a, b) => compare(value(a, at), value(b, at)) * (down ? -1 : 1));
      body.append(...rows);
    });
  });

  const name = document.querySelector("[name=filter]");
  const which = document.querySelector("[name=which]");
  const count = document.querySelector("[data-shown]");
  const show = () => {
    const wanted = name.value.trim().normalize("NFC").toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !(row.dataset.name.toLowerCase().includes(wanted) && (which.value === "" || row.dataset.standing === which.value));
      shown += !row.hidden;
    }
    count.textContent = count.dataset.shown.replace("{n}", shown).replace("{total}", rows.length);
  };
  name.addEventListener("input", show);
  which.addEventListener("input", show);
  show();
})();

"""What is laid out badly in a report, as a browser has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_COMPLAINTS = r"""root => {
    const complaints = [];
    root.querySelectorAll('details').forEach(details => { details.open = true; });
    const boxes = range => Array.from(range.getClientRects()).filter(box => box.width > 0);
    const lines = range => new Set(boxes(range).map(box => Math.round(box.bottom / 4))).size;
    const range = document.createRange();
    for (const cell of root.querySelectorAll('dt, dd, th, td, li')) {
        const text = cell.textContent.trim();
        range.selectNodeContents(cell);
        if (text.length > 3 && lines(range) > text.length / 3) complaints.push(`a letter a line: ${text}`);
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (parent.closest('style, svg')) continue;
        for (const number of node.data.matchAll(/(?<![-\w.])[-+]?\d[\d.,_]*(e[-+]?\d+)?/g)) {
            range.setStart(node, number.index);
            range.setEnd(node, number.index + number[0].length);
            if (new Set(boxes(range).map(box => Math.round(box.top))).size > 1) complaints.push(`broken: ${number[0]}`);
            const box = parent.closest('dd, td, th, li, p, pre, h1, h2, h3, summary, article, section');
            if (box && boxes(range).some(part => part.width > box.getBoundingClientRect().width + 1))
                complaints.push(`narrower than ${number[0]}: ${box.tagName}`);
        }
    }
    for (const name of root.querySelectorAll('tbody th, dt, dd, h2')) {
        range.selectNodeContents(name);
        const [first] = boxes(range);
        const space = parseFloat(getComputedStyle(name).paddingLeft);
        if (first && first.left - name.getBoundingClientRect().left - space > 2)
            complaints.push(`not at the left: ${name.textContent}`);
    }
    if (root.scrollWidth > root.clientWidth) complaints.push('wider than its place');
    return complaints;
}"""


def complaints(report: Locator) -> list[str]:
    """Where a letter stands alone in its line, a number is broken or a name is not at the left of its place."""
    return list(report.evaluate(_COMPLAINTS))

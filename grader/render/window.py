"""Lines of text, fitted into the window that they are printed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_TAB = 4
_LEAST_ROOM = 8
# What to write where the terminal is not UTF-8; each of one cell, so that nothing moves.
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "·": ".", "–": "-", "—": "-", "…": "~", "│": "|"})


@dataclass(frozen=True)
class TextLine:
    """A line of a page: it wraps below the start of `body`; a `cut` one ends in an ellipsis instead."""

    lead: Text
    body: Text
    cut: bool = False

    @classmethod
    def of(cls, lead: str, body: str = "", style: str = "") -> TextLine:
        """A line in one style."""
        return cls(Text(lead, style=style), Text(body, style=style))

    @property
    def blank(self) -> bool:
        """Nothing is to be read on it."""
        return not (self.lead or self.body)


def print_line(line: TextLine, console: Console) -> None:
    """Print `line` within the width of `console`, in characters that it can show."""
    room = max(console.width - line.lead.cell_len, _LEAST_ROOM)
    if line.cut:
        body = line.body.copy()
        body.expand_tabs(_TAB)
        body.truncate(room, overflow="ellipsis")
        rows = [body]
    else:
        rows = list(line.body.wrap(console, room, overflow="fold", tab_size=_TAB)) or [Text()]
    lead = line.lead
    for row in rows:
        whole = lead + row
        whole.rstrip()
        whole.plain = encodable(whole.plain, console.encoding)
        console.print(whole, markup=False, highlight=False, emoji=False)
        lead = Text(" " * line.lead.cell_len, style=line.lead.style)


def encodable(text: str, encoding: str) -> str:
    """`text` in what `encoding` has: no character may stop a report from being printed."""
    if encoding.startswith("utf"):
        return text
    return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)

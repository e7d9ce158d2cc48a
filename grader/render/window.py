"""Lines of text, fitted into the width of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

_TAB = 4
_LEAST_ROOM = 8
# What to print where the terminal is not UTF-8; each is one cell wide, so that columns stay.
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "·": ".", "–": "-", "—": "-", "…": "~", "│": "|"})


@dataclass(frozen=True)
class TextLine:
    """A line that wraps below the start of `body`, or, where `cut`, ends in an ellipsis."""

    lead: Text
    body: Text
    cut: bool = False

    @classmethod
    def of(cls, lead: str, body: str = "", style: str = "") -> TextLine:
        """A line in one style."""
        return cls(Text(lead, style=style), Text(body, style=style))

    @property
    def blank(self) -> bool:
        """Whether the line is empty."""
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
        printed = lead + row
        printed.rstrip()
        printed.plain = encodable(printed.plain, console.encoding)
        console.print(printed, markup=False, highlight=False, emoji=False)
        lead = Text(" " * line.lead.cell_len, style=line.lead.style)


def encodable(text: str, encoding: str) -> str:
    """`text` with other characters in place of those that `encoding` lacks, so that printing can't fail."""
    if encoding.startswith("utf"):
        return text
    return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)

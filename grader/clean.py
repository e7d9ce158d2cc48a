r"""Text that a student wrote or printed, made harmless for a terminal.

Whoever prints can move the cursor, paint over a verdict, rename the window or turn reading order round. What
would do so is taken away or shown as Python writes it (`\x07`, `\u202e`); what can be read stays as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_ELLIPSIS = "…"
# How much longer than what is shown the text may be before anything is looked at: colours take room as well.
_RAW_FACTOR = 8
# Marks that sit on one letter; more than a few of them paint over the lines above and below.
_MARKS_PER_LETTER = 4
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Linear by construction: no part can match what begins another escape, so no character is looked at from two
# starts, and within an alternative neighbouring classes are disjoint, so there is only one way to match.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    # OSC, DCS and their like, with what they carry: titles of windows, links, …
    r"|(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"  # the short ones: reset, character sets
)
_LINE_ENDS = re.compile(r"\r\n?")  # a lone \r is how progress bars paint over themselves: every state gets its line


class _Table(dict[int, str]):
    """What stands for a character, looked up by its category the first time that it is met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if char in "\n\t":
            shown = char
        elif char in "\v\f" or category in ("Zl", "Zp"):
            shown = " "
        elif category == "Cc" or char in _BIDI:
            shown = char.encode("unicode_escape").decode("ascii")
        elif category == "Cs":
            shown = "\N{REPLACEMENT CHARACTER}"
        elif category == "Cf":
            shown = ""  # no width and no shape: zero-width spaces and joiners, tags, soft hyphens
        else:
            shown = char
        self[code] = shown
        return shown


_TABLE = _Table()


def printable(text: str, limit: int = 2000) -> str:
    r"""`text` with nothing in it that a terminal would obey, and at most `limit` characters of it.

    >>> printable("\x1b[31mred\x1b[0m \u202eevil")
    'red \\u202eevil'
    """
    raw = text[: limit * _RAW_FACTOR]
    shown = _LINE_ENDS.sub("\n", _ESCAPES.sub("", raw)).translate(_TABLE)
    if len(shown) > limit or len(raw) < len(text):
        shown = shown[: max(limit - len(_ELLIPSIS), 0)] + _ELLIPSIS
    if shown.isascii():
        return shown
    # Composed, because file names from macOS come with Hangul taken apart into its letters.
    return unicodedata.normalize("NFC", _few_marks(shown))


def inline(text: str, limit: int = 300) -> str:
    """`text` as `printable` has it, on one line: a name may not begin a line of its own."""
    return " ".join(printable(text, limit).split())


def first_few(names: Iterable[str], limit: int) -> str:
    """The first `limit` names with commas between them, and an ellipsis where there are more."""
    listed = list(names)
    return ", ".join(listed[:limit]) + (f", {_ELLIPSIS}" if len(listed) > limit else "")


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MARKS_PER_LETTER:
            kept.append(char)
    return "".join(kept)

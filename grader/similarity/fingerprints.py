"""Fingerprints of code: first it is cut into tokens, then fingerprints are chosen of them by winnowing.

The tokens no longer show names, constants, comments and layout. All of this runs in the staff's own process, so the
code is neither run nor parsed. One regular expression cuts it up. It takes time in proportion to the length, and has a
token for any text, also for text that is not Python.

Schleimer, Wilkerson and Aiken, «Winnowing: Local Algorithms for Document Fingerprinting», SIGMOD 2003. Of every
`WINDOW` neighbouring runs of `RUN` tokens the one with the least hash is kept. So every stretch of at least
`RUN + WINDOW - 1` tokens that two texts share is found, wherever it is. Shorter ones prove nothing.

No library does this here: copydetect, the maintained one for Python, needs matplotlib, uses Python's own `hash`, which
differs from run to run, and compares two texts at a time, so it can't know what a whole class shares.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

MAX_CHARACTERS = 100_000  # of one submission; the longest reference has far fewer
_STRING = "|".join(
    rf"{quote * 3}[^{quote}\\]*(?:(?:\\(?s:.)|{quote}(?!{quote * 2}))[^{quote}\\]*)*(?:{quote * 3})?"
    rf"|{quote}[^{quote}\\\n]*(?:\\(?s:.)[^{quote}\\\n]*)*{quote}?"
    for quote in ('"', "'")
)
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\f\r]+|\\\r?\n) | (?P<comment>\#[^\n]*) | (?P<end>\n)
    | (?P<string>\b[rbfuRBFU]{{0,3}}(?:{_STRING})|{_STRING})
    | (?P<number>(?:\d[\w.]*|\.\d[\w.]*)(?:(?<=[eE])[+-]\d+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*=?|//=?|<<=?|>>=?|->|:=|[=!<>+\-*/%&|^@]=|\.\.\.|.)""",
    re.VERBOSE,
)
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_BEGINS = frozenset(("def", "class", "async", "@"))  # at the start of a line they begin a piece
_BUILTINS = frozenset(dir(builtins))
_BOUND = re.compile(r"\.[ \t]*([^\W\d]\w*)[ \t]*=(?!=)|\bdef[ \t]+([^\W\d]\w*)")
_DIGITS = frozenset("0123456789")
# About three lines. Measured on made-up classes (tests/similarity): with shorter runs, honest pairs that solve two
# functions in the same way rank near those that copied half.
RUN, WINDOW = 20, 4
TRIVIAL = 30  # tokens; a shorter definition (its signature has some ten) can hardly be written in another way


@dataclass(frozen=True)
class Token:
    """A token's text, the same for all chosen names, and its place in the source."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Print:
    """A fingerprint, and where its run of tokens begins and ends in the text."""

    hash: int
    start: int
    end: int


def pieces(source: str, kept: Collection[str] = ()) -> Iterator[list[Token]]:
    """A list of tokens for each definition and each other top-level statement.

    Names that the author could not choose stay as they are: keywords, builtins, attributes of libraries, and `kept`.
    """
    source = source[:MAX_CHARACTERS]
    own = {name for names in _BOUND.findall(source) for name in names if name} - set(kept)
    piece: list[Token] = []
    depth, fresh, before = 0, True, ""
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind in ("space", "comment"):
            continue
        if kind == "end":
            fresh = fresh or depth == 0
            continue
        at_margin = match.start() == 0 or source[match.start() - 1] == "\n"
        if fresh and piece and before != "@" and (text in _BEGINS or at_margin):
            yield piece
            piece = []
        if fresh:
            before = text
        if kind == "string" and fresh:  # a docstring, or a string used as a comment
            fresh = False
            continue
        fresh = False
        depth = depth + 1 if text in _OPEN else max(0, depth - 1) if text in _CLOSE else depth
        if text in _CLOSE and piece and piece[-1].text == ",":  # a comma that a formatter added
            piece.pop()
        attribute = bool(piece) and piece[-1].text == "."
        piece.append(Token(_plain(kind, text, attribute, own, kept), match.start(), match.end()))
    if piece:
        yield piece


def prints(pieces: Iterable[list[Token]], given: Collection[int] = ()) -> Iterator[Print]:
    """The fingerprints in the order of the text, without those that everybody was given."""
    for piece in pieces:
        hashes = list(runs(piece)) if len(piece) >= TRIVIAL else []
        for at in winnowed(hashes):
            if hashes[at] not in given:
                yield Print(hashes[at], piece[at].start, piece[at + RUN - 1].end)


def runs(piece: list[Token]) -> Iterator[int]:
    """The hash of every run of tokens, the same on every machine."""
    texts = [token.text.encode("utf-8", "surrogatepass") for token in piece]
    for at in range(len(texts) - RUN + 1):
        yield int.from_bytes(hashlib.blake2b(b"\n".join(texts[at : at + RUN]), digest_size=8).digest(), "big")


def winnowed(hashes: list[int]) -> list[int]:
    """The places of the kept hashes: in each window the least, and of equal ones the last."""
    kept: list[int] = []
    for first in range(max(min(len(hashes), 1), len(hashes) - WINDOW + 1)):
        window = range(first, min(first + WINDOW, len(hashes)))
        at = min(reversed(window), key=hashes.__getitem__)
        if not kept or kept[-1] != at:
            kept.append(at)
    return kept


def _plain(kind: str | None, text: str, attribute: bool, own: Collection[str], kept: Collection[str]) -> str:
    if kind == "name":
        stays = text not in own if attribute else keyword.iskeyword(text) or text in _BUILTINS
        return text if stays or text in kept else "V"
    if kind == "number":
        return text if text in _DIGITS else "N"
    return "S" if kind == "string" else text

"""Fingerprints of code by winnowing.

Schleimer, Wilkerson and Aiken, «Winnowing: Local Algorithms for Document Fingerprinting», SIGMOD 2003. Of every
`WINDOW` neighbouring runs of `RUN` tokens the one with the least hash is kept. So every stretch of at least
`RUN + WINDOW - 1` tokens that two texts share is found, wherever it is. Shorter ones prove nothing.

No library does this here: copydetect, the maintained one for Python, needs matplotlib, uses Python's own `hash`, which
differs from run to run, and compares two texts at a time, so it can't know what a whole class shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from grader.similarity.tokens import Token

# About three lines. Measured on made-up classes (tests/similarity): with shorter runs, honest pairs that solve two
# functions in the same way rank near those that copied half.
RUN, WINDOW = 20, 4
TRIVIAL = 30  # tokens; a shorter definition (its signature has some ten) can hardly be written in another way


@dataclass(frozen=True)
class Print:
    """A fingerprint, and where its run of tokens begins and ends in the text."""

    hash: int
    start: int
    end: int


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

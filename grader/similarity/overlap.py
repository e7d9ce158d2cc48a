"""The result of comparing a class: which code members share, apart from the code that everybody was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SharedStretch:
    """A stretch of text that the other side has too; it has the same number there."""

    start: int
    end: int
    number: int
    members: int  # how many of the class have its rarest part


@dataclass(frozen=True)
class Side:
    """One member of a pair: the percentage of their own code that is shared, and where it is."""

    member: str
    percent: int
    stretches: tuple[SharedStretch, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two submissions, and how surprising it is in this class that they share so much."""

    left: Side
    right: Side
    surprise: float
    far_out: bool  # far above the usual surprise of this class

    def as_json(self) -> dict[str, Any]:
        sides = [{"member": side.member, "percent": side.percent} for side in (self.left, self.right)]
        return {"members": sides, "surprise": round(self.surprise, 1), "far_out": self.far_out}


@dataclass(frozen=True)
class Overlap:
    """The pairs of a class, the most surprising first."""

    assignment: str
    texts: dict[str, str]  # the code that was compared, by member
    pairs: tuple[Pair, ...]  # the ones to show
    count: int  # of all pairs
    spread: tuple[int, ...]  # the number of pairs in each of equal steps of surprise, from 0 on
    usual: float  # the median surprise
    bound: float | None  # above it a pair is far out; None where there are too few pairs to know what is usual
    groups: tuple[tuple[str, ...], ...]  # members joined by pairs that are far out
    unread: tuple[tuple[str, str], ...] = ()  # members whose submission could not be compared, with the reason

    def as_json(self) -> dict[str, Any]:
        return {
            "assignment": self.assignment,
            "members": sorted(self.texts),
            "pairs": [pair.as_json() for pair in self.pairs],
            "compared": self.count,
            "usual": round(self.usual, 1),
            "bound": None if self.bound is None else round(self.bound, 1),
            "groups": [list(group) for group in self.groups],
            "unread": [{"member": member, "reason": reason} for member, reason in self.unread],
        }

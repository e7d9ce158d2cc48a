"""What the submissions of a class share beyond what everybody was given, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SharedStretch:
    """A stretch of one side's text that the other has too; the same number is the same stretch."""

    start: int
    end: int
    number: int
    members: int  # how many of the class have the rarest of it


@dataclass(frozen=True)
class Side:
    """One of a pair: how much of their own code is shared, in percent, and where it stands."""

    member: str
    percent: int
    marks: tuple[SharedStretch, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two submissions, and how unlikely what they share is in this class."""

    left: Side
    right: Side
    surprise: float
    far_out: bool  # beyond what is usual among the pairs of this class

    def as_json(self) -> dict[str, Any]:
        sides = [{"member": side.member, "percent": side.percent} for side in (self.left, self.right)]
        return {"members": sides, "surprise": round(self.surprise, 1), "far_out": self.far_out}


@dataclass(frozen=True)
class Overlap:
    """The pairs of a class, the least likely first."""

    assignment: str
    texts: dict[str, str]  # of each member, the code that was compared
    pairs: tuple[Pair, ...]  # those that are shown
    count: int  # of all pairs
    spread: tuple[int, ...]  # how many pairs there are in each of equal steps of surprise, from 0 on
    usual: float  # the surprise of the pair in the middle
    bound: float | None  # beyond it a pair is far out; None where there are too few pairs to say what is usual
    groups: tuple[tuple[str, ...], ...]  # members joined by pairs that are far out
    unread: tuple[tuple[str, str], ...] = ()  # whose submission could not be compared, and why

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

"""What another judging of the same work changed: by how much a score moved, and by which cases."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.report.report import CaseResult, Report, number


@dataclass(frozen=True)
class CaseChange:
    """A case that ended differently or counts differently; None where there was no such case."""

    id: str
    before: CaseResult | None
    after: CaseResult | None

    @property
    def points(self) -> Fraction:
        """How many points the case added to the score; negative where it took some away."""
        zero = Fraction(0)
        return (zero if self.after is None else self.after.points) - (
            zero if self.before is None else self.before.points
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "before": None if self.before is None else self.before.verdict.value,
            "after": None if self.after is None else self.after.verdict.value,
            "points": number(self.points),
        }


@dataclass(frozen=True)
class ScoreChange:
    """A score that changed. With `stands`, the new score would be lower, and the old one is kept."""

    member: str
    before: Fraction
    max_before: Fraction
    after: Fraction
    max_after: Fraction
    cases: tuple[CaseChange, ...]
    stands: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "member": self.member,
            "before": number(self.before),
            "max_before": number(self.max_before),
            "after": number(self.after),
            "max_after": number(self.max_after),
            "by": number(self.after - self.before),
            "cases": [case.as_json() for case in self.cases],
            "stands": self.stands,
        }


def score_change(before: Report, after: Report, *, stands: bool = False) -> ScoreChange | None:
    """How the score moved, and by which cases; None where it did not."""
    if (before.score, before.max_score) == (after.score, after.max_score):
        return None
    old, new = ({case.id: case for case in report.cases} for report in (before, after))
    cases = [CaseChange(id_, old.get(id_), new.get(id_)) for id_ in dict.fromkeys([*old, *new])]
    changed = tuple(case for case in cases if case.points)
    return ScoreChange(after.member, before.score, before.max_score, after.score, after.max_score, changed, stands)


def is_lower(before: Report, after: Report) -> bool:
    """Whether the share of the points is smaller; a fault of ours lowers nothing."""
    return after.complete and after.score * before.max_score < before.score * after.max_score

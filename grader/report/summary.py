"""A class at a glance: what a report comes to, and `summary.csv` with a row a member and a column a section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from sys import intern
from typing import Any

from grader.report.report import CaseResult, Hint, Report, Verdict, Visibility, derived_values
from grader.report.sheet import SheetValue, decimal, sheet


@dataclass(frozen=True)
class Ended:
    """How a case ended, without a word of what the member did. Slots, and texts that all share: a class has many."""

    __slots__ = ("hint", "id", "section", "title", "verdict", "visibility")
    id: str
    section: str
    title: str
    visibility: Visibility
    verdict: Verdict
    hint: Hint | None

    @classmethod
    def of(cls, case: CaseResult) -> Ended:
        hint = None if case.hint is None else Hint(intern(case.hint.id), intern(case.hint.text))
        return cls(intern(case.id), intern(case.section), intern(case.title), case.visibility, case.verdict, hint)


@dataclass(frozen=True)
class SummaryRow:
    """What a report comes to; a class of them takes less memory than a few reports."""

    member: str
    score: Fraction
    max_score: Fraction
    percent: int
    passed: bool
    complete: bool
    all_passed: bool  # every case
    sections: dict[str, Fraction]
    most: dict[str, Fraction]  # the points that each section offers
    cases: tuple[Ended, ...]

    @classmethod
    def of(cls, report: Report) -> SummaryRow:
        return cls(
            report.member,
            report.score,
            report.max_score,
            report.percent,
            report.passed,
            report.complete,
            report.all_passed,
            {section.name: section.points for section in report.sections},
            {section.name: section.max_points for section in report.sections},
            tuple(map(Ended.of, report.cases)),
        )

    def as_json(self) -> dict[str, Any]:
        return derived_values(self)


def summary(assignment: str, sections: Sequence[str], rows: Iterable[tuple[str, SummaryRow | None]]) -> str:
    """The CSV file; a member without a report has a row that says so."""
    head = ["member", "assignment", "score", "max_score", "percent", "passed", "complete", *sections]
    return sheet(head, ([member, assignment, *_cells(sections, row)] for member, row in rows))


def _cells(sections: Sequence[str], row: SummaryRow | None) -> list[SheetValue]:
    if row is None:
        return [*[None] * 4, "false", *[None] * len(sections)]
    points = [decimal(row.sections[name]) if name in row.sections else None for name in sections]
    flags = [str(flag).lower() for flag in (row.passed, row.complete)]
    return [decimal(row.score), decimal(row.max_score), row.percent, *flags, *points]

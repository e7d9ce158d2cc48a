"""A class on one assignment: what each report comes to, what all say together, and `summary.csv` of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from sys import intern
from typing import Any

from grader.render.sheet import SheetValue, decimal, sheet
from grader.report.report import CaseResult, Hint, Report, Verdict, Visibility, derived_values


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
        flags = (report.passed, report.complete, report.all_passed)
        points = {section.name: section.points for section in report.sections}
        most = {section.name: section.max_points for section in report.sections}
        cases = tuple(map(Ended.of, report.cases))
        return cls(report.member, report.score, report.max_score, report.percent, *flags, points, most, cases)

    def as_json(self) -> dict[str, Any]:
        return derived_values(self)


@dataclass
class CaseTally:
    """How one case ended for everybody."""

    id: str
    section: str
    title: str
    visibility: Visibility
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    @property
    def judged(self) -> int:
        """For how many it ended by something that they did: neither skipped nor our own fault."""
        return self.verdicts.total() - self.verdicts[Verdict.SKIPPED] - self.verdicts[Verdict.UNGRADABLE]

    @property
    def lost(self) -> int:
        """How many of these it cost points."""
        return self.judged - self.verdicts[Verdict.PASSED]

    @property
    def share_lost(self) -> Fraction:
        return Fraction(self.lost, self.judged) if self.judged else Fraction(0)


@dataclass
class MisconceptionCount:
    """A hint that was given, to whom, and in how many cases."""

    id: str
    text: str
    section: str
    members: list[str] = field(default_factory=list)
    cases: int = 0


@dataclass(frozen=True)
class Cohort:
    """The class: a row a member, sorted by name; cases, the hardest first; misconceptions, the commonest first."""

    assignment: str
    title: str
    pass_percent: int
    rows: tuple[SummaryRow, ...]
    sections: Mapping[str, Fraction]  # each with the most points that anybody could get
    cases: tuple[CaseTally, ...]
    misconceptions: tuple[MisconceptionCount, ...]
    missing: Mapping[str, str] = field(default_factory=dict)  # who has no report, and why, as far as that is known

    @classmethod
    def of(
        cls,
        assignment: str,
        title: str,
        pass_percent: int,
        rows: Iterable[SummaryRow],
        missing: Mapping[str, str] | None = None,
    ) -> Cohort:
        """What the rows of one assignment's reports say together."""
        tallies: dict[str, CaseTally] = {}
        hints: dict[str, MisconceptionCount] = {}
        sections: dict[str, Fraction] = {}
        ordered = tuple(sorted(rows, key=lambda row: row.member))
        for row in ordered:
            for name, most in row.most.items():
                sections[name] = max(sections.get(name, most), most)
            for case in row.cases:
                _count(case, row.member, tallies, hints)
        return cls(
            assignment,
            title,
            pass_percent,
            ordered,
            sections,
            cases=tuple(sorted(tallies.values(), key=lambda tally: (-tally.share_lost, -tally.lost))),
            misconceptions=tuple(sorted(hints.values(), key=lambda hint: (-len(hint.members), -hint.cases, hint.id))),
            missing=missing or {},
        )

    @property
    def passed(self) -> int:
        return sum(row.passed for row in self.rows)

    @property
    def incomplete(self) -> int:
        """How many are to be graded again, by no fault of theirs."""
        return sum(not row.complete for row in self.rows)

    @property
    def mean(self) -> Fraction:
        """Of the per cents."""
        return Fraction(sum(row.percent for row in self.rows), max(len(self.rows), 1))

    @property
    def median(self) -> Fraction:
        """Of the per cents: the middle one, or half way between the middle two."""
        ordered = sorted(row.percent for row in self.rows) or [0]
        return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)

    @property
    def distribution(self) -> list[int]:
        """How many have 0 to 9 per cent, 10 to 19, …, 90 to 100."""
        counts = [0] * 10
        for row in self.rows:
            counts[min(row.percent // 10, 9)] += 1
        return counts


def _count(case: Ended, member: str, tallies: dict[str, CaseTally], hints: dict[str, MisconceptionCount]) -> None:
    tally = tallies.get(case.id)
    if tally is None:
        tally = tallies[case.id] = CaseTally(case.id, case.section, case.title, case.visibility)
    tally.verdicts[case.verdict] += 1
    if case.hint is not None:
        hint = hints.setdefault(case.hint.id, MisconceptionCount(case.hint.id, case.hint.text, case.section))
        hint.cases += 1
        if not hint.members or hint.members[-1] != member:  # a report's cases come one after the other
            hint.members.append(member)


def summary(assignment: str, sections: Sequence[str], rows: Iterable[tuple[str, SummaryRow | None]]) -> str:
    """The CSV file with a row a member and a column a section; a member without a report has a row that says so."""
    head = ["member", "assignment", "score", "max_score", "percent", "passed", "complete", *sections]
    return sheet(head, ([member, assignment, *_cells(sections, row)] for member, row in rows))


def _cells(sections: Sequence[str], row: SummaryRow | None) -> list[SheetValue]:
    if row is None:
        return [*[None] * 4, "false", *[None] * len(sections)]
    points = [decimal(row.sections[name]) if name in row.sections else None for name in sections]
    flags = [str(flag).lower() for flag in (row.passed, row.complete)]
    return [decimal(row.score), decimal(row.max_score), row.percent, *flags, *points]

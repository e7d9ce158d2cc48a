"""Which of a member's reports counts: an override first, else the term's rules for resubmissions and late work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from grader.assignment.manifest import assignment_order
from grader.course.course import Counts, Term
from grader.report.report import Report, number


@dataclass(frozen=True)
class LoggedReport:
    """A stored report, but for its cases."""

    id: int
    added_at: datetime
    member: str
    assignment: str
    submitted_at: datetime | None
    submission_sha256: str
    score: Fraction
    max_score: Fraction
    pass_percent: int
    complete: bool
    key_id: str | None

    @property
    def when(self) -> datetime:
        """When it was handed in, as far as that is known."""
        return self.submitted_at or self.added_at


@dataclass(frozen=True)
class Override:
    """Points that a TA gave by hand; they count whatever is graded. None withdraws an earlier override."""

    id: int
    at: datetime
    by: str
    why: str
    member: str
    assignment: str
    points: Fraction | None
    max_score: Fraction
    pass_percent: int


@dataclass(frozen=True)
class Result:
    """What counts for one member and one assignment, and why."""

    member: str
    assignment: str
    score: Fraction
    max_score: Fraction
    pass_percent: int
    complete: bool = True
    late: bool = False  # nothing came in time, and late ones do not count
    rerun_due: bool = False  # a submission could not be graded, by a fault that is not the member's
    report: int | None = None
    override: Override | None = None
    submissions: int = 1

    @property
    def percent(self) -> int:
        """The whole number below the exact share."""
        return int(100 * self.score / self.max_score) if self.max_score else 0

    @cached_property
    def passed(self) -> bool:
        return not self.late and 100 * self.score >= self.pass_percent * self.max_score

    def as_json(self) -> dict[str, Any]:
        override = None if self.override is None else {"by": self.override.by, "why": self.override.why}
        points = {"score": number(self.score), "max_score": number(self.max_score)}
        return {name: getattr(self, name) for name in _SHOWN} | points | {"override": override}


@dataclass(frozen=True)
class _Submission:
    """All reports of the same content."""

    entries: tuple[LoggedReport, ...]

    @cached_property
    def entry(self) -> LoggedReport:
        """The newest report that is complete: a report with a fault of ours never replaces a whole one."""
        return max(self.entries, key=lambda entry: (entry.complete, entry.id))

    @property
    def first(self) -> tuple[datetime, int]:
        return min((entry.when, entry.id) for entry in self.entries)

    @cached_property
    def last(self) -> tuple[datetime, int]:
        return max((entry.when, entry.id) for entry in self.entries)

    @property
    def share(self) -> Fraction:
        return _share(self.entry.score, self.entry.max_score)

    def late(self, term: Term) -> bool:
        """Whether it was late the first time it was handed in. Without a known time it is not late."""
        known = [entry.submitted_at for entry in self.entries if entry.submitted_at is not None]
        return bool(known) and term.late(self.entry.assignment, min(known))


# The members of a result in JSON, in this order.
_SHOWN = """member assignment score max_score percent pass_percent passed complete late rerun_due submissions report
    override""".split()
Results = Mapping[str, Mapping[str, Result]]


def counting(entries: Iterable[LoggedReport], overrides: Iterable[Override], term: Term) -> Results:
    """What counts, by member and assignment."""
    results: dict[str, dict[str, Result]] = {}
    ordered = sorted(entries, key=lambda entry: (entry.member, entry.assignment, entry.submission_sha256))
    for (member, assignment), group in groupby(ordered, key=lambda entry: (entry.member, entry.assignment)):
        by_content = groupby(group, key=lambda entry: entry.submission_sha256)
        submissions = [_Submission(tuple(same)) for _sha256, same in by_content]
        results.setdefault(member, {})[assignment] = _result(submissions, term)
    by_age = sorted(overrides, key=lambda override: override.id)
    latest = {(override.member, override.assignment): override for override in by_age}
    for (member, assignment), override in latest.items():
        if override.points is not None:
            own = results.setdefault(member, {})
            graded = own.get(assignment)
            report, count = (graded.report, graded.submissions) if graded else (None, 0)
            others = {"override": override, "report": report, "submissions": count}
            own[assignment] = result_of(override, override.points, **others)
    return results


def result_of(source: LoggedReport | Override | Report, score: Fraction, **others: Any) -> Result:
    """The result by a report or an override, with its `others` by their names."""
    return Result(source.member, source.assignment, score, source.max_score, source.pass_percent, **others)


def listed(results: Results, member: str | None = None) -> list[Result]:
    """Every result, or one member's, by member and assignment."""
    names = sorted(results) if member is None else [member]
    return [results[name][hw] for name in names for hw in sorted(results[name], key=assignment_order)]


def _result(submissions: list[_Submission], term: Term) -> Result:
    in_time = [submission for submission in submissions if term.late_counts or not submission.late(term)]
    candidates = in_time or submissions
    whole = [submission for submission in candidates if submission.entry.complete] or candidates
    entry = _chosen(whole, term.counts).entry
    return result_of(
        entry,
        entry.score,
        complete=entry.complete,
        late=not in_time,
        rerun_due=not all(submission.entry.complete for submission in candidates),
        report=entry.id,
        submissions=len(submissions),
    )


def _chosen(submissions: list[_Submission], counts: Counts) -> _Submission:
    if counts is Counts.FIRST:
        return min(submissions, key=lambda submission: submission.first)
    if counts is Counts.LAST:
        return max(submissions, key=lambda submission: submission.last)
    return max(submissions, key=lambda submission: (submission.share, submission.last))


@lru_cache(maxsize=4096)
def _share(score: Fraction, most: Fraction) -> Fraction:
    """The part that was earned; thousands of rows have the same few."""
    return score / most if most else Fraction(0)

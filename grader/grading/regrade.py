"""The same submissions by cases that were mended: where they lie, which scores move, and by which cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.boundary import TakeTrouble, one_member
from grader.errors import UsageError
from grader.gradebook.book import Gradebook
from grader.grading.batch import EntryResult, GradedPlace
from grader.grading.folder import ReportFolder
from grader.i18n import _
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
        before, after = (Fraction(0) if case is None else case.points for case in (self.before, self.after))
        return after - before

    def as_json(self) -> dict[str, Any]:
        before, after = (None if case is None else case.verdict.value for case in (self.before, self.after))
        return {"id": self.id, "before": before, "after": after, "points": number(self.points)}


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
        scores = {name: number(getattr(self, name)) for name in ("before", "max_before", "after", "max_after")}
        cases, by = [case.as_json() for case in self.cases], number(self.after - self.before)
        return {"member": self.member, **scores, "by": by, "cases": cases, "stands": self.stands}


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


def graded_places(book: Gradebook, assignment: str, path: Path | None, out: Path | None) -> list[GradedPlace]:
    """The place that is named, else all that the gradebook remembers, whether they are still there or not."""
    known = {}
    for remembered in book.remembered(assignment):
        place = GradedPlace.of(remembered)
        known[place.submissions, place.out] = place  # the last run says with which roster
    if path is None:
        return [replace(place, out=out or place.out) for place in known.values()]
    for place in known.values():
        if place.submissions == path.absolute() and out in (None, place.out):
            return [place]
    if out is None:
        raise UsageError(_("Name the folder of their reports: --out DIR"))
    return [GradedPlace(path, out)]


@dataclass
class Regrading:
    """What the gradebook held of each submission before, and what moved since."""

    never_lower: bool
    before: dict[tuple[str, str], Report]  # by member and content of the submission
    moves: list[ScoreChange] = field(default_factory=list)
    _compared: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, book: Gradebook, assignment: str, *, never_lower: bool) -> Regrading:
        """The newest complete report on each content that a member handed in."""
        newest = {}
        for entry in book.entries():
            if entry.assignment == assignment and entry.complete:
                newest[entry.member, entry.submission_sha256] = entry.id
        if not newest:
            text = _("There is no report on {assignment} in the gradebook.").format(assignment=assignment)
            raise UsageError(text, where=book.path)
        return cls(never_lower, {key: book.document(id_).report for key, id_ in newest.items()})

    def veto(self, after: Report) -> bool:
        """Whether the score before stands because it would be lower now."""
        before = self.before.get((after.member, after.submission_sha256))
        if not self.never_lower or before is None or not is_lower(before, after):
            return False
        self._compare(after, stands=True)
        return True

    def accepted(self, folder: ReportFolder, results: Iterable[EntryResult], take: TakeTrouble) -> list[str]:
        """The members whose report in the folder goes into the gradebook; what it moves is noted."""
        judged = [result.member for result in results if result.row is not None]
        accepted = []
        for member in (member for member in judged if folder.path(member).is_file()):
            with one_member(member, take):
                accepted += [member] * self._accepts(folder.document(member).report)
        return accepted

    def not_found(self) -> list[str]:
        """Members whose submission, as it is in the gradebook, was not there to be judged."""
        return sorted({member for member, _content in set(self.before) - self._compared})

    def _accepts(self, after: Report) -> bool:
        if (after.member, after.submission_sha256) in self._compared:
            return True  # the score before stands, and that report is in the gradebook
        if self.veto(after):
            return False
        self._compare(after)
        return True

    def _compare(self, after: Report, *, stands: bool = False) -> None:
        key = (after.member, after.submission_sha256)
        self._compared.add(key)
        if key in self.before and (change := score_change(self.before[key], after, stands=stands)) is not None:
            self.moves.append(change)

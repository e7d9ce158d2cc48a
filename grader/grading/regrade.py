"""The same submissions by cases that were mended: where they lie, and what moves in the gradebook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import UsageError
from grader.gradebook.book import Gradebook
from grader.grading.batch import EntryResult, GradedPlace
from grader.grading.changes import ScoreChange, is_lower, score_change
from grader.grading.folder import ReportFolder
from grader.i18n import _
from grader.report.report import Report


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

    def accepted(self, folder: ReportFolder, results: Iterable[EntryResult]) -> list[str]:
        """The members whose report in the folder goes into the gradebook; what it moves is noted."""
        members = []
        for result in results:
            there = result.row is not None and folder.path(result.member).is_file()
            if there and self._accepts(folder.document(result.member).report):
                members.append(result.member)
        return members

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

"""Each member's work with the feedback in it, as far as the course lets members see hidden cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from grader.assignment.manifest import Assignment
from grader.course.term import Term
from grader.errors import UsageError
from grader.gradebook.feedback import seen
from grader.grading.batch import EntryResult
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.i18n import _
from grader.render.notebook import check_target, write_feedback

_MEMBER = "{member}"


def demand_targets(pattern: Path, entries: Sequence[Entry]) -> None:
    """Complain of a name that can't be written to, or that several members would share, before anything is judged."""
    if len(entries) > 1 and _MEMBER not in str(pattern):
        hint = _("For example: {name}.").format(name=pattern.with_stem(_MEMBER))
        raise UsageError(_("Several were handed in: the name needs {member} in it."), where=pattern, hint=hint)
    for entry in entries:
        check_target(_target(pattern, entry.member), entry.path)


def write_notebooks(
    pattern: Path,
    folder: ReportFolder,
    assignment: Assignment,
    term: Term,
    entries: Sequence[Entry],
    results: Sequence[EntryResult],
) -> None:
    """Write the notebook of each entry that has a report."""
    now = datetime.now(timezone.utc)
    for entry, result in zip(entries, results, strict=True):
        if result.row is not None:
            report = seen(folder.document(entry.member).report, term, now)
            target = _target(pattern, entry.member)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_feedback(report, entry.path, assignment, target)


def _target(pattern: Path, member: str) -> Path:
    return Path(str(pattern).replace(_MEMBER, member))

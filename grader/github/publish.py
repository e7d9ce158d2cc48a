"""What each member is told of a grading run: a status at their commit, and a comment.

The reports come from the machine that judged. All signatures are checked before anything is written anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import BadInputError
from grader.github.collected import CollectedFolder, CollectedWork
from grader.github.git import missing_reason
from grader.github.repository import slug
from grader.i18n import _
from grader.member import MemberName
from grader.render.markdown import escaped, markdown
from grader.report.reader import Document, read_file
from grader.report.report import Report
from grader.report.signature import PublicKey

_DESCRIPTION = 140  # characters that GitHub takes
_COMMENT = 60_000

Key = tuple[str, str]  # member, assignment


@dataclass(frozen=True)
class CheckedReport:
    """A report with a valid signature, and the work that it judges."""

    document: Document
    collected: CollectedWork
    file: Path


@dataclass(frozen=True)
class Post:
    """What one member is told of one assignment."""

    member: str
    assignment: str
    repository: str
    commit: str
    state: str  # "success", "failure" or "error"
    description: str
    comment: str

    def requests(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The path of each request to GitHub, and its body."""
        status = {"state": self.state, "context": f"d2d/{self.assignment}", "description": self.description}
        yield f"repos/{self.repository}/statuses/{self.commit}", status
        if self.comment:
            yield f"repos/{self.repository}/commits/{self.commit}/comments", {"body": self.comment}

    @property
    def digest(self) -> str:
        """A hash of the requests, by which `tell` sees that they were sent before."""
        text = json.dumps([*self.requests()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def checked_reports(
    graded: Path, collections: Mapping[str, CollectedFolder], key: PublicKey
) -> dict[Key, CheckedReport]:
    """Every report below `graded`, by member and assignment; if one of them is wrong, none is taken."""
    reports: dict[Key, CheckedReport] = {}
    for file in sorted(graded.rglob("reports/*.json")):
        document = read_file(file)
        key.demand(document, file)
        report = document.report
        member, assignment = report.member, report.assignment
        collection = collections.get(assignment)
        collected = None if collection is None else collection.of(member)
        if file.is_symlink() or MemberName(file.stem) != member:
            raise _wrong(_("The report is {member}'s, and the file is called otherwise."), file, member)
        if collected is None or collected.file is None:
            raise _wrong(_("Nothing of {member} was collected for this."), file, member)
        if report.submission_sha256 not in collected.contents:
            raise _wrong(_("The report is on something else than what was collected of {member}."), file, member)
        if (member, assignment) in reports:
            raise _wrong(_("There are two reports of {member}."), file, member)
        reports[member, assignment] = CheckedReport(document, collected, file)
    return reports


def posts(
    collections: Mapping[str, CollectedFolder],
    reports: Mapping[Key, CheckedReport],
    host: str,
    seen: Callable[[Report], Report],
) -> Iterator[Post]:
    """What to tell each member; `seen` cuts a report to what its member may see."""
    for assignment, collection in collections.items():
        for work in collection.members:
            repository = slug(work.url, host)
            if repository is None or work.commit is None:
                continue
            checked = reports.get((work.member, assignment))
            report = None if checked is None else seen(checked.document.report)
            state, description, comment = _message(assignment, work, report)
            yield Post(work.member, assignment, repository, work.commit, state, description[:_DESCRIPTION], comment)


def _message(assignment: str, work: CollectedWork, report: Report | None) -> tuple[str, str, str]:
    """State and description of the status, and the comment."""
    if work.missing is not None:
        reason = _("Not collected: {reason}").format(reason=missing_reason(work.missing))
        return "error", reason, f"{escaped(assignment)}: {escaped(reason)}\n"
    if report is None or not report.complete:
        return "error", _("It could not be judged. That is no fault of yours; it is judged again."), ""
    described = _("{score} of {most} points ({percent} %)").format(
        score=report.score, most=report.max_score, percent=report.percent
    )
    return "success" if report.passed else "failure", described, markdown(report, longest=_COMMENT)


def _wrong(text: str, file: Path, member: str) -> BadInputError:
    hint = _("Nothing was published. Look at the run that judged, then grade again.")
    return BadInputError(text.format(member=member), where=file, hint=hint)

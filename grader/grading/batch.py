"""A class judged: entries in, reports on the disk one by one, and what came of each entry."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.apart import Apart
from grader.boundary import TakeTrouble, one_member
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, OUR_FAULT, D2DError, OurFaultError
from grader.grading import Engine, Lost, Setting, Task
from grader.grading.cohort import SummaryRow
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.grading.inputs import Inputs
from grader.i18n import _
from grader.intake.read import read_submission
from grader.report.report import Report

if TYPE_CHECKING:
    from grader.gradebook.book import Gradebook, LoggedDocument

_AT_ONCE = 200  # reports that the gradebook takes in one transaction


@dataclass(frozen=True)
class EntryResult:
    """What came of an entry: the row of its report (`kept`: the report was there already), or why there is none."""

    member: str
    row: SummaryRow | None = None
    trouble: D2DError | None = None
    kept: bool = False

    @property
    def exit_code(self) -> int:
        """What the command ends with if this is its only entry."""
        if self.trouble is not None:
            return self.trouble.exit_code
        if self.row is None or not self.row.complete:
            return OUR_FAULT
        return ALL_PASSED if self.row.all_passed else NOT_ALL_PASSED


@dataclass(frozen=True)
class GradedPlace:
    """Where submissions lie, where their reports go, and the roster that they were graded with."""

    submissions: Path
    out: Path
    roster: Path | None = None

    @classmethod
    def of(cls, value: Mapping[str, str]) -> GradedPlace:
        """The place as the gradebook remembers it."""
        return cls(Path(value["submissions"]), Path(value["out"]), Path(value["roster"]) if "roster" in value else None)

    def as_json(self) -> dict[str, str]:
        places = {"submissions": str(self.submissions.absolute()), "out": str(self.out.absolute())}
        return places if self.roster is None else {**places, "roster": str(self.roster.absolute())}


@dataclass
class Grading:
    """One run over a folder. A report on which `veto` says True does not replace the one before."""

    setting: Setting
    engine: Engine
    out: ReportFolder
    seed_commitment: str | None
    force: bool = False
    veto: Callable[[Report], bool] = lambda _report: False
    _inputs: dict[str, str] = field(default_factory=dict)  # by member, of the tasks that are being judged
    _apart: Apart = field(default_factory=Apart)
    _ready: deque[EntryResult] = field(default_factory=deque)  # of entries that need no judge

    def results(self, entries: Sequence[Entry]) -> Iterator[EntryResult]:
        """The result of each entry as soon as it is known; its report is on the disk by then."""
        visibility = "full" if self.setting.hidden else "public"
        inputs = Inputs.of(self.setting.assignment, self.seed_commitment or "", visibility)
        with self._apart:
            for done in self.engine.judge(self._tasks(entries, inputs)):
                if isinstance(done, Lost):
                    self._fail(done.key, done.trouble or _lost(done))
                else:
                    with one_member(done.key, self._fail):
                        self._ready.append(self._judged(done.key, done.report))
                yield from self._settled()
        yield from self._settled()

    def _judged(self, member: str, report: Report) -> EntryResult:
        report = replace(report, seed_commitment=self.seed_commitment, inputs_sha256=self._inputs.pop(member))
        if not self.veto(report):
            return EntryResult(member, self.out.write(report))
        before = self.out.before.get(member)
        return EntryResult(member, SummaryRow.of(report) if before is None else before.row, kept=True)

    def _fail(self, member: str, trouble: D2DError) -> None:
        self._ready.append(EntryResult(member, trouble=trouble))

    def _settled(self) -> Iterator[EntryResult]:
        while self._ready:
            yield self._ready.popleft()

    def _tasks(self, entries: Sequence[Entry], inputs: Inputs) -> Iterator[Task]:
        """The tasks, each read when a judge is free for it: a large class takes no more memory than a small one."""
        for entry in entries:
            task = None
            with one_member(entry.member, self._fail, theirs=True):
                task = self._task(entry, inputs)
            if task is not None:
                yield task

    def _task(self, entry: Entry, inputs: Inputs) -> Task | None:
        """The entry's task; None where its report is there already."""
        if entry.trouble is not None:
            raise entry.trouble
        assignment = self.setting.assignment
        submission = self._apart.call(read_submission, entry.path, assignment.id, assignment.asked)
        submission = replace(submission, member=entry.member)
        sha256 = inputs.sha256(submission)
        kept = None if self.force else self.out.kept(entry.member, sha256)
        if kept is not None:
            self._ready.append(EntryResult(entry.member, kept, kept=True))
            return None
        self._inputs[entry.member] = sha256
        return Task(entry.member, submission, self.setting.secret)


def _lost(task: Lost) -> OurFaultError:
    what = _("This could not be judged: {reason}.").format(reason=task.reason)
    hint = _("This is not the member's fault. Give the same command again, and tell us if it stays so.")
    return OurFaultError(what, where=task.key, hint=hint)


def store_reports(
    gradebook: Gradebook,
    folder: ReportFolder,
    members: Sequence[str],
    place: GradedPlace,
    *,
    by: str,
    take: TakeTrouble,
    submitted: Mapping[str, datetime],
) -> int:
    """Put the members' reports into the gradebook, and note the place for a regrading; how many reports are new.

    `submitted` says when a member's work was handed in, as far as that is known.
    """
    new = 0
    for at in range(0, len(members), _AT_ONCE):
        documents: list[LoggedDocument] = []
        for member in members[at : at + _AT_ONCE]:
            with one_member(member, take):
                documents.append((folder.document(member), submitted.get(member), str(folder.path(member))))
        new += sum(report.new for report in gradebook.add_each(documents, by=by, take=take))
    gradebook.remember(folder.assignment, place.as_json(), by=by)
    return new

"""A class judged: entries in, reports on the disk one by one, and what came of each entry."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.errors import ALL_PASSED, NOT_ALL_PASSED, OUR_FAULT, BadInputError, D2DError, OurFaultError
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.grading.inputs import Inputs
from grader.grading.task import Engine, Lost, Setting, Task
from grader.i18n import _
from grader.intake.read import read
from grader.report.report import Report
from grader.report.summary import Row


@dataclass(frozen=True)
class Outcome:
    """What came of an entry: what its report comes to (`kept`: it was there already), or why it has none."""

    member: str
    row: Row | None = None
    trouble: D2DError | None = None
    kept: bool = False

    @property
    def exit_code(self) -> int:
        """What this entry alone would make the command end with."""
        if self.trouble is not None:
            return self.trouble.exit_code
        if self.row is None or not self.row.complete:
            return OUR_FAULT
        return ALL_PASSED if self.row.all_passed else NOT_ALL_PASSED


@dataclass
class Grading:
    """One run of `d2d grade`."""

    setting: Setting
    engine: Engine
    out: ReportFolder
    seed_commitment: str | None
    force: bool = False
    veto: Callable[[Report], bool] = lambda _report: False  # what it says yes to does not take the old one's place
    _inputs: dict[str, str] = field(default_factory=dict)  # of the tasks that are at work
    _ready: deque[Outcome] = field(default_factory=deque)  # what came of entries that no judge was needed for

    def outcomes(self, entries: Sequence[Entry]) -> Iterator[Outcome]:
        """What comes of each entry, as it comes; a report is on the disk before it is told of."""
        visibility = "full" if self.setting.hidden else "public"
        inputs = Inputs.of(self.setting.assignment, self.seed_commitment or "", visibility)
        for done in self.engine.judge(self._tasks(entries, inputs)):
            yield from self._settled()
            if isinstance(done, Lost):
                what = _("This could not be judged: {reason}.").format(reason=done.reason)
                hint = _("This is not the member's fault. Give the same command again, and tell us if it stays so.")
                yield Outcome(done.key, trouble=OurFaultError(what, where=done.key, hint=hint))
            else:
                made_of = self._inputs.pop(done.key)
                report = replace(done.report, seed_commitment=self.seed_commitment, inputs_sha256=made_of)
                if self.veto(report):
                    before = self.out.before.get(done.key)
                    yield Outcome(done.key, Row.of(report) if before is None else before.row, kept=True)
                else:
                    yield Outcome(done.key, self.out.write(report))
        yield from self._settled()

    def _settled(self) -> Iterator[Outcome]:
        while self._ready:
            yield self._ready.popleft()

    def _tasks(self, entries: Sequence[Entry], inputs: Inputs) -> Iterator[Task]:
        """What is to be judged: read when a judge is free for it, so that a class of any size takes no more memory."""
        assignment = self.setting.assignment
        for entry in entries:
            try:
                if entry.trouble is not None:
                    raise entry.trouble
                submission = replace(read(entry.path, assignment.id, assignment.asked), member=entry.member)
            except BadInputError as error:
                self._ready.append(Outcome(entry.member, trouble=error))
                continue
            made_of = inputs.sha256(submission)
            kept = None if self.force else self.out.kept(entry.member, made_of)
            if kept is not None:
                self._ready.append(Outcome(entry.member, kept, kept=True))
                continue
            self._inputs[entry.member] = made_of
            yield Task(entry.member, submission, self.setting.secret)

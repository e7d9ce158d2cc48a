"""Proving the cases of an assignment before they judge anybody.

The reference must earn everything and the stub nothing; every misconception must lose points and be named; every
mutant of the reference must lose points, or be listed as equivalent with a reason; every accepted alternative must
earn everything; and none of it may depend on the seed or on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.batch.local import judge_all
from grader.batch.task import Done, Task
from grader.course.manifest import Assignment
from grader.course.toml import load
from grader.errors import BadAssignmentError
from grader.i18n import _
from grader.intake.read import read
from grader.intake.submission import Cell, Submission
from grader.judge.hints import read_misconceptions
from grader.judge.mutants import Mutant, mutants
from grader.records.report import Report, Verdict

SECRET = b"audit"
EQUIVALENT = "equivalent.toml"
_STUB_VERDICTS = {Verdict.MISSING, Verdict.SKIPPED}


@dataclass(frozen=True)
class Check:
    """One line of the audit: what was tried how often, and what did not hold."""

    name: str
    tried: int
    held: int
    failures: tuple[str, ...] = ()
    remark: str = ""

    @property
    def ok(self) -> bool:
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ok": self.ok,
            "tried": self.tried,
            "held": self.held,
            "remark": self.remark,
            "failures": list(self.failures),
        }


Progress = Callable[[Done], None]


@dataclass(frozen=True)
class Audit:
    """The audit of one assignment."""

    assignment: Assignment
    seeds: int
    jobs: int
    corpus: Path | None = None  # where the accepted alternatives lie
    progress: Progress = lambda _done: None

    def checks(self) -> list[Check]:
        """Every check, in the order in which they help an author."""
        return [
            self.reference(),
            self.stub(),
            self.misconceptions(),
            self.alternatives(),
            self.mutants(),
        ]

    def reference(self) -> Check:
        """The reference earns everything, whatever the seed."""
        text = self._reference_text()
        secrets = [SECRET + str(number).encode() for number in range(self.seeds)]
        tasks = [
            Task(_("seed {number}").format(number=at), _cells("reference.py", text), secret)
            for at, secret in enumerate(secrets)
        ]
        return self._all_pass(_("reference"), tasks)

    def stub(self) -> Check:
        """The untouched stub earns nothing and breaks nothing."""
        (done,) = self._judge(
            [Task("stub", read(self.assignment.stub, self.assignment.id, self.assignment.asked), SECRET)]
        )
        failures = [
            f"{case.id}: {case.verdict.value} {case.message}".strip()
            for case in done.report.cases
            if case.verdict not in _STUB_VERDICTS or case.points
        ]
        cases = len(done.report.cases)
        return Check(_("stub"), cases, cases - len(failures), tuple(failures))

    def misconceptions(self) -> Check:
        """Every misconception loses points, and is named by its own hint and no other alone."""
        found = read_misconceptions(self.assignment.misconceptions)
        tasks = [Task(one.id, _cells(one.id, None), SECRET, swap=one.id) for one in found]
        failures = []
        for done in self._judge(tasks):
            hints = {case.hint.id for case in done.report.cases if case.hint is not None}
            if done.report.all_passed:
                failures.append(_("{name}: loses no point").format(name=done.key))
            elif done.key not in hints:
                said = ", ".join(sorted(hints)) or _("nothing")
                failures.append(_("{name}: not named; its hints are: {hints}").format(name=done.key, hints=said))
            failures += _ungradable(done)
        return Check(_("misconceptions"), len(tasks), len(tasks) - len(failures), tuple(sorted(failures)))

    def alternatives(self) -> Check:
        """Every accepted way to write it earns everything."""
        folders = sorted(self.corpus.glob("alternative-*")) if self.corpus and self.corpus.is_dir() else []
        tasks = [
            Task(folder.name, read(folder, self.assignment.id, self.assignment.asked), SECRET) for folder in folders
        ]
        return self._all_pass(_("alternatives"), tasks)

    def mutants(self) -> Check:
        """Every mutant of the reference loses points, or is known to be equivalent."""
        made = mutants(self._reference_text())
        excused = equivalents(self.assignment)
        tasks = [Task(mutant.name, _cells("mutant.py", mutant.source), SECRET, stop_early=True) for mutant in made]
        failures, survived = [], set()
        for done in self._judge(tasks):
            failures += _ungradable(done)
            if done.report.all_passed:
                survived.add(done.key)
        alive = [mutant for mutant in made if mutant.name in survived and mutant.name not in excused]
        failures += [_survivor(self.assignment, mutant) for mutant in alive]
        stale = sorted(set(excused) - survived)
        failures += [_("{name}: listed as equivalent, but is none").format(name=name) for name in stale]
        remark = _("{count} equivalent").format(count=len(set(excused) & survived))
        return Check(_("mutants"), len(made), len(made) - len(alive), tuple(failures), remark)

    def _all_pass(self, name: str, tasks: list[Task]) -> Check:
        failures = []
        for done in self._judge(tasks):
            lost = [f"{case.id} {case.verdict.value} {case.message}" for case in _not_passed(done.report)]
            failures += [f"{done.key}: {text}" for text in lost[:3]]
        lost_at = {failure.partition(":")[0] for failure in failures}
        return Check(name, len(tasks), len(tasks) - len(lost_at), tuple(sorted(failures)))

    def _judge(self, tasks: list[Task]) -> Iterable[Done]:
        for done in judge_all(self.assignment, tasks, secret=SECRET, jobs=self.jobs):
            self.progress(done)
            yield done

    def _reference_text(self) -> str:
        if self.assignment.reference is None:
            what = _("The reference of {name} is missing.").format(name=self.assignment.id)
            raise BadAssignmentError(what, where=self.assignment.folder)
        return self.assignment.reference.read_text("utf-8")


def equivalents(assignment: Assignment) -> dict[str, str]:
    """Mutants that are right answers too, by name, each with its reason."""
    file = assignment.folder / EQUIVALENT
    if not file.is_file():
        return {}
    table = load(file)
    found = {}
    for reason, names in table.take("equivalent", dict).items():
        for name in names:
            found[name] = reason
    table.finish()
    return found


def _cells(name: str, source: str | None) -> Submission:
    return Submission(name, name, () if source is None else (Cell(name, source),), "")


def _not_passed(report: Report) -> list[Any]:
    return [case for case in report.cases if case.verdict is not Verdict.PASSED]


def _ungradable(done: Done) -> list[str]:
    """Cases that could not cope with a wrong answer: the author's fault, whatever was answered."""
    cases = [case for case in done.report.cases if case.verdict is Verdict.UNGRADABLE]
    return [f"{done.key}: {case.id} {case.message}" for case in cases[:1]]


def _survivor(assignment: Assignment, mutant: Mutant) -> str:
    assert assignment.reference is not None
    return f"{assignment.reference.name}:{mutant.line}: {mutant.name}"

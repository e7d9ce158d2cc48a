"""Prove the cases of an assignment before they judge anybody.

The reference must earn everything and the stub nothing. Every misconception must lose points and get its own hint.
Every mutant of the reference must lose points, or be listed as equivalent with a reason. Every accepted alternative
must earn everything. None of this may depend on the seed, on the number of threads or on how tolerances were chosen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from grader.assignment.manifest import Assignment
from grader.authoring.firstcell import FirstCell
from grader.authoring.lines import AuditLine, Margins, name_of
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.release import handout_notebook
from grader.fields import load_table
from grader.grading import Done, Task
from grader.grading.local import judge_all
from grader.i18n import _
from grader.intake import Cell, Submission
from grader.intake.read import read_submission
from grader.judge.hints import place_of, read_misconceptions
from grader.report.report import Verdict

SECRET = b"audit"
EQUIVALENT = "equivalent.toml"
LIES = Path(__file__).with_name("lies.py.in")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_FEW_SEEDS = 2  # for alternatives and two threads: they depend on the seed in the same way as the reference
_PRECISIONS = ("single", "double")
_STUB_VERDICTS = {Verdict.MISSING, Verdict.SKIPPED}


@dataclass(frozen=True)
class AuditStep:
    """The tasks to judge for one line of the audit, and the function that makes the line of the reports."""

    tasks: list[Task]
    line: Callable[[list[Done]], AuditLine]


@dataclass(frozen=True)
class Audit:
    """The audit of one assignment."""

    assignment: Assignment
    seeds: int
    jobs: int
    corpus: Path | None = None  # the folder of the accepted alternatives
    progress: Callable[[Done], None] = lambda _done: None
    most_mutants: int | None = None  # so many at most are tried, from all parts of the reference

    @cached_property
    def margins(self) -> Margins:
        """How far the answers were from the tolerances."""
        return Margins(self.assignment)

    def lines(self) -> list[AuditLine]:
        """All lines, in the order in which they help an author."""
        handouts = self.handouts()
        steps = [self.reference(), self.stub(), self.liar(), self.misconceptions(), self.alternatives(), self.mutants()]
        reference, stub, liar, misconceptions, alternatives, mutated = self._carried_out(steps, threads=1)
        (again,) = self._carried_out([self.two_threads()], threads=2)
        held = [handouts, reference, again, stub, liar, misconceptions, alternatives, mutated]
        return [*held, self.margins.honest_errors(), self.margins.smallest_mistakes()]

    def handouts(self) -> AuditLine:
        """Each handout has a marker for every function and no other; else an error with the line is raised."""
        languages = [file.name.split(".")[1] for file in sorted(self.assignment.folder.glob("handout.*.md"))]
        for language in languages:
            handout_notebook(self.assignment, language, FirstCell(None, None))
        return AuditLine("handouts", len(languages), len(languages))

    def reference(self) -> AuditStep:
        """The reference earns everything, with every seed."""
        return self._all_pass("reference", self._reference(self.seeds))

    def two_threads(self) -> AuditStep:
        """The reference earns everything when the judge computes with two threads; the worker always has one."""
        return self._all_pass("two threads", self._reference(min(self.seeds, _FEW_SEEDS)))

    def stub(self) -> AuditStep:
        """The untouched stub earns nothing and crashes nothing."""

        def line(done: list[Done]) -> AuditLine:
            cases = done[0].report.cases
            wrong = [case for case in cases if case.verdict not in _STUB_VERDICTS or case.points]
            failures = tuple(f"{case.id}: {case.verdict.value} {case.message}".strip() for case in wrong)
            return AuditLine("stub", len(cases), len(cases) - len(wrong), failures)

        return AuditStep([Task("stub", self._read(self.assignment.stub), SECRET)], line)

    def liar(self) -> AuditStep:
        """No case passes where the objects of the worker read wrong and answer every question as right ones would.

        Each case must pass where the same objects read right, because else its failing would prove nothing.
        """

        def line(done: list[Done]) -> AuditLine:
            lying, truthful = (judged.report.cases for judged in done)
            passed = [case.id for case in lying if case.verdict is Verdict.PASSED]
            untried = [case.id for case in truthful if case.verdict is not Verdict.PASSED]
            text = _("{where}: {case} passes objects that only say what is right: read values, and decide on them")
            failures = [text.format(where=self.margins.where(case), case=name_of(case)) for case in passed]
            text = _("{where}: {case} can't be tried with objects that lie: it fails where they tell the truth")
            failures += [text.format(where=self.margins.where(case), case=name_of(case)) for case in untried]
            return AuditLine("liar", len(lying), len(lying) - len(failures), tuple(failures))

        tasks = [
            Task(name, _cells("liar.py", self._liar(lying=name == "lying")), SECRET) for name in ("lying", "truthful")
        ]
        return AuditStep(tasks, line)

    def misconceptions(self) -> AuditStep:
        """Every misconception loses points and gets its own hint."""
        variants = read_misconceptions(self.assignment)

        def failure(done: Done) -> str | None:
            hints = {case.hint.id for case in done.report.cases if case.hint is not None}
            at = place_of(self.assignment.misconceptions, done.key)
            if done.report.all_passed:
                text = _("{where}: {name} loses no point: add a case that fails it, or make the variant wrong")
            elif done.key not in hints:
                text = _("{where}: {name} is not named; its hints are: {hints}")
            else:
                return None
            return text.format(where=at, name=done.key, hints=", ".join(sorted(hints)) or _("nothing"))

        def line(all_done: list[Done]) -> AuditLine:
            failures = []
            for done in all_done:
                self.margins.wrong_answer(done, done.key)
                failures += [text for text in (failure(done), _ungradable(done)) if text]
            return AuditLine("misconceptions", len(variants), len(variants) - len(failures), tuple(sorted(failures)))

        tasks = [
            Task(variant.id, _cells(variant.id, None), SECRET, swap=variant.id, about=variant.of)
            for variant in variants
        ]
        return AuditStep(tasks, line)

    def alternatives(self) -> AuditStep:
        """Every accepted alternative earns everything.

        Where cases are about dtypes, one of them must compute in another precision than the reference.
        """
        folders = sorted(self.corpus.glob("alternative-*")) if self.corpus and self.corpus.is_dir() else []
        tasks = [
            Task(f"{folder.name}, {_seed(at)}", self._read(folder), _secret(at))
            for folder in folders
            for at in range(min(self.seeds, _FEW_SEEDS))
        ]
        others = [folder.name for folder in folders if any(word in folder.name for word in _PRECISIONS)]
        step = self._all_pass("alternatives", tasks)

        def line(done: list[Done]) -> AuditLine:
            all_pass = step.line(done)
            varies = any(case.concept == "dtype" for judged in done for case in judged.report.cases)
            text = _("cases are about dtypes: add {corpus}/alternative-single-… or alternative-double-…")
            lacking = (text.format(corpus=self.corpus),) if varies and not others else ()
            remark = _("{count} in another precision").format(count=len(others)) if others else ""
            return replace(all_pass, failures=(*all_pass.failures, *lacking), remark=remark)

        return AuditStep(tasks, line)

    def mutants(self) -> AuditStep:
        """Every mutant of the reference loses points or is listed as equivalent."""
        every = {mutant.name: mutant for mutant in mutants(self._reference_text())}
        stride = 1 if self.most_mutants is None else max(1, -(-len(every) // self.most_mutants))
        made = {name: every[name] for name in list(every)[::stride]}
        excused = equivalents(self.assignment)

        def line(all_done: list[Done]) -> AuditLine:
            survived = {done.key for done in all_done if done.report.all_passed}
            alive = sorted(survived - set(excused), key=lambda name: made[name].line)
            failures = [text for text in map(_ungradable, all_done) if text]
            failures += [self._label(made[name]) for name in alive]
            text = _("{file}: {name} is listed as equivalent, but is none: take it out ({reason})")
            listed, by_name = self.assignment.folder / EQUIVALENT, {done.key: done for done in all_done}
            for name in sorted(set(excused) - survived - (every.keys() - made.keys())):
                reason = _lost(by_name[name])[0] if name in by_name else _("there is no such mutant")
                failures.append(text.format(file=_at(listed, name), name=name, reason=reason))
            for done in all_done:
                self.margins.wrong_answer(done, self._label(made[done.key]))
            remark = _("{count} equivalent").format(count=len(set(excused) & survived))
            if len(made) < len(every):
                remark = _("of {count}, {remark}").format(count=len(every), remark=remark)
            return AuditLine("mutants", len(made), len(made) - len(alive), tuple(failures), remark)

        tasks = [
            Task(mutant.name, _cells("mutant.py", mutant.source), SECRET, stop_early=True, about=mutant.of)
            for mutant in made.values()
        ]
        return AuditStep(tasks, line)

    def _liar(self, *, lying: bool) -> str:
        """The reference with what makes a liar of everything that is asked for."""
        disguises = [f"{name} = _about({name})" for name in self.assignment.asked]
        return "\n".join([self._reference_text(), LIES.read_text("utf-8"), f"_about = _liar({lying})", *disguises, ""])

    def _reference(self, seeds: int) -> list[Task]:
        submission = _cells("reference.py", self._reference_text())
        return [Task(_seed(at), submission, _secret(at)) for at in range(seeds)]

    def _all_pass(self, name: str, tasks: list[Task]) -> AuditStep:
        def line(all_done: list[Done]) -> AuditLine:
            failures, lost_at = [], set()
            for done in all_done:
                self.margins.right_answer(done)
                lost = _lost(done)
                failures += [f"{done.key}: {text}" for text in lost[:3]]
                lost_at.update([done.key] if lost else [])
            return AuditLine(name, len(tasks), len(tasks) - len(lost_at), tuple(sorted(failures)))

        return AuditStep(tasks, line)

    def _carried_out(self, steps: list[AuditStep], *, threads: int) -> list[AuditLine]:
        """The lines of the steps; the same judges do all of it, since starting one takes seconds."""
        tasks = [
            replace(task, key=f"{at} {task.key}", measured=True) for at, step in enumerate(steps) for task in step.tasks
        ]
        done_by_step: list[dict[str, Done]] = [{} for _step in steps]
        with _threads(threads):
            for done in judge_all(self.assignment, tasks, secret=SECRET, jobs=self.jobs):
                self.progress(done)
                at, _space, key = done.key.partition(" ")
                done_by_step[int(at)][key] = replace(done, key=key)
        # In the order of the tasks, because they end in any.
        return [
            step.line([done[task.key] for task in step.tasks]) for step, done in zip(steps, done_by_step, strict=True)
        ]

    def _label(self, mutant: Mutant) -> str:
        return f"{self.assignment.needed_reference.name}:{mutant.line}: {mutant.name}"

    def _reference_text(self) -> str:
        return self.assignment.needed_reference.read_text("utf-8")

    def _read(self, path: Path) -> Submission:
        return read_submission(path, self.assignment.id, self.assignment.asked)


def equivalents(assignment: Assignment) -> dict[str, str]:
    """The mutants that are right answers too: each name with the reason."""
    file = assignment.folder / EQUIVALENT
    if not file.is_file():
        return {}
    table = load_table(file)
    reasons = table.table("equivalent")
    by_name = {name: reason for reason in list(reasons.values) for name in reasons.names(reason)}
    table.finish()
    return by_name


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Judges that are started in this context compute with so many threads; a worker always has one."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(number)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _seed(number: int) -> str:
    return _("seed {number}").format(number=number)


def _secret(number: int) -> bytes:
    return SECRET + str(number).encode()


def _cells(name: str, source: str | None) -> Submission:
    return Submission(name, name, () if source is None else (Cell(name, source),), "")


def _lost(done: Done) -> list[str]:
    """The cases that did not pass, with their verdicts."""
    cases = [case for case in done.report.cases if case.verdict is not Verdict.PASSED]
    return [f"{case.id} {case.verdict.value} {case.message}".strip() for case in cases]


def _ungradable(done: Done) -> str | None:
    """The first case that raised an error of its own; that is the author's fault, whatever the answer was."""
    cases = [case for case in done.report.cases if case.verdict is Verdict.UNGRADABLE]
    return f"{done.key}: {cases[0].id} {cases[0].message}" if cases else None


def _at(file: Path, text: str) -> str:
    """The file and the line that holds `text`."""
    before, match, _after = file.read_text("utf-8").partition(text)
    return f"{file}:{before.count(chr(10)) + 1}" if match else str(file)

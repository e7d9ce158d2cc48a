"""A judge's workplace: the cases collected, the reference loaded, a warm zygote; task after task is done at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grader.assignment.manifest import Limits
from grader.boundary import one_member
from grader.bridge.selftest import require
from grader.bridge.session import WorkerSource
from grader.grading import Done, Lost, Setting, Task
from grader.judge.cases import Case, CaseSet, collect_cases
from grader.judge.hints import LiveHints, Rerun, read_misconceptions
from grader.judge.log import BridgeLog, Evidence
from grader.judge.reference import LiveReference, RememberedReference
from grader.judge.run import Judge
from grader.report.report import Hint
from grader.sandbox import start
from grader.sandbox.budget import TimeBudget
from grader.sandbox.worker import Worker
from grader.worker.server import Server as Objects


class InProcess(Worker):
    """Objects of this very process behind the interface of a worker: for the author's own code alone."""

    def __init__(self, objects: Objects) -> None:
        super().__init__(0, 0)
        self.objects = objects

    def exchange(self, message: bytes, budget: TimeBudget) -> bytes:  # noqa: ARG002 — the author's code ends by itself
        with np.errstate(all="ignore"):  # a wrong variant may well divide by zero
            return self.objects.answer(message)

    def end(self) -> str:
        self.objects.handles.clear()
        return "exit 0"


@dataclass(frozen=True)
class InProcessServer:
    """Gives the same objects to every submission."""

    objects: Objects
    layers: tuple[str, ...] = ()
    tier: str = "local"

    def worker(self, _limits: Limits, _reply_bound: int) -> Worker:
        return InProcess(self.objects)

    def close(self) -> None:
        self.objects.handles.clear()


@dataclass
class UntilNamed:
    """Hints for a submission that is a misconception itself, looked for until it is named.

    Looking takes long, because the variant of every other misconception runs too.
    """

    hints: LiveHints
    name: str
    named: bool = False

    def explain(self, case: Case, log: BridgeLog, rerun: Rerun) -> Hint | None:
        """The hint; none once the misconception has been named."""
        hint = None if self.named else self.hints.explain(case, log, rerun)
        self.named = self.named or (hint is not None and hint.id == self.name)
        return hint


@dataclass(frozen=True)
class Bench:
    """Judges tasks one after another."""

    judge: Judge
    hints: LiveHints
    live: LiveReference

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote, and with it every worker."""
        self.judge.workers.close()

    def tried(self, task: Task) -> Done | Lost:
        """What `do` gives; where it raises, the task is lost and the next one can be done."""
        failed: list[Lost] = []
        with one_member(task.key, lambda key, trouble: failed.append(Lost(key, trouble.what, trouble))):
            return self.do(task)
        return failed[0]

    def do(self, task: Task) -> Done:
        """The report on one task."""
        workers: WorkerSource = self.judge.workers
        if task.swap is not None:
            wanted = next(known for known in self.hints.misconceptions if known.id == task.swap)
            workers = InProcessServer(self.hints.server(wanted))
        distances: dict[str, float] = {}

        def take_distance(evidence: Evidence) -> None:
            distances[evidence.case_id] = evidence.distance

        witness = take_distance if task.measured else None
        judge = replace(self.judge, workers=workers, secret=task.secret, stop_early=task.stop_early, witness=witness)
        if task.secret != self.judge.secret:  # with other inputs the remembered answers are of no use
            judge = replace(judge, reference=self.live)
        if task.about is not None:
            judge = replace(judge, case_set=self._first_about(task.about))
        if task.stop_early:  # nobody reads a hint of it
            judge = replace(judge, hints=None)
        elif task.swap is not None:
            judge = replace(judge, hints=UntilNamed(self.hints, task.swap))
        elif task.secret != self.judge.secret:
            judge = replace(judge, hints=LiveHints(self.hints.assignment, self.hints.misconceptions))
        return Done(task.key, judge.judge(task.submission), distances)

    def _first_about(self, name: str) -> CaseSet:
        """The cases in another order: those about `name` first, then those whose sections use it, then the others.

        Of a whole project only the definitions are judged, because its training takes longer than all those cases.
        """
        case_set = self.judge.case_set
        assignment, sections = case_set.assignment, case_set.assignment.sections

        def rank(case: Case) -> int:
            section = case.info.section
            return 0 if name in sections[section].asks else 1 if name in self.hints.reached(section) else 2

        cases = [case for case in case_set.cases if not assignment.values.issuperset(sections[case.info.section].asks)]
        definitions = replace(assignment, mode="definitions")
        return replace(case_set, assignment=definitions, cases=tuple(sorted(cases, key=rank)))


def open_bench(setting: Setting) -> Bench:
    """A bench for this setting; whoever opens it closes it."""
    assignment = setting.assignment
    reference = assignment.needed_reference
    # It imports the libraries while this process reads the cases.
    server = start(assignment.imports, canary=assignment.canary)
    try:
        live = LiveReference(reference, definitions=assignment.whole)
        hints = LiveHints(assignment, read_misconceptions(assignment))
        case_set = collect_cases(assignment, hidden=setting.hidden)
        if setting.closed:
            require(server)
        judge = Judge(case_set, RememberedReference(live), server, setting.secret, hints=hints)
    except BaseException:
        server.close()
        raise
    return Bench(judge, hints, live)

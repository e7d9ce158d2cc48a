"""One submission judged by collected cases: the step from code to report."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fractions import Fraction
from functools import partial

from grader import __version__
from grader.assignment.manifest import Assignment
from grader.bridge.loader import LoadPlan, LoadStep
from grader.bridge.outcomes import BridgeError, RefusedError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student, Transport
from grader.bridge.transport import ByteTransport
from grader.i18n import _
from grader.intake import Submission
from grader.judge.case import Measure
from grader.judge.cases import PUBLIC_SECRET, Case, CaseSet, Fixtures, rng_of
from grader.judge.hints import Hints
from grader.judge.log import REFERENCE, SUBMISSION, BridgeLog, Evidence, Witness
from grader.judge.notes import (
    borrowed,
    note_of_second_try,
    notes_of_borrowing,
    notes_of_names,
    notes_of_reading,
    witnesses,
)
from grader.judge.reference import Reference
from grader.judge.unloaded import Unloaded
from grader.judge.verdict import Outcome, Shown, outcome_of
from grader.report.report import CaseResult, Hint, Note, Report, Verdict, Visibility, Where
from grader.sandbox.worker import EndedError
from grader.worker.survey import Reading

# A function that hangs does so in every case: after this many the rest of its section is not waited for.
_TIMEOUTS_A_SECTION = 2
# How a case can end by more than its answer: by the machine, by another process, or by a fault of ours.
_UNSURE = (Verdict.TIMEOUT, Verdict.MEMORY, Verdict.CRASHED, Verdict.UNGRADABLE)
_MOST_TRIES = 4
_MOST_LOST = 10  # tries of a case that was lost each time: by no fault of the member's, so it is worth more of them
_MOST_ANSWERED = 256 << 20  # bytes that a case may ask and be answered: whatever it keeps of them, the judge can hold
FAR = 10.0  # a difference of so many tolerances is no matter of where the tolerance was drawn


@dataclass(frozen=True)
class Judge:
    """Judges submissions by the cases of one assignment."""

    case_set: CaseSet
    reference: Reference
    workers: WorkerSource
    secret: bytes = PUBLIC_SECRET
    pattern: str | None = None
    hints: Hints | None = None
    stop_early: bool = False  # at the first case that fails by far more than its tolerance
    witness: Witness | None = None  # is told everything of each case that runs; it may belong to the staff alone

    @property
    def assignment(self) -> Assignment:
        return self.case_set.assignment

    def judge(self, submission: Submission) -> Report:
        """The report on one submission."""
        assignment, session = self.assignment, self.session(submission)
        run = _Run(self, session)
        try:
            cases = run.all()
            # Not of the author's own objects in this very process (those come without cells), nor of a mutant.
            if self.case_set.has_hidden and assignment.canary and submission.cells and not self.stop_early:
                run.look_for_borrowing()
        finally:
            session.drop()
        loaded = session.loader
        kept = replace(run.unloaded, problems=loaded.problems)
        return Report(
            assignment=assignment.id,
            assignment_version=assignment.version,
            title=assignment.title,
            member=submission.member,
            submission_sha256=submission.sha256,
            cases_sha256=self.case_set.sha256,
            visibility="full" if self.case_set.has_hidden else "public",
            pass_percent=assignment.pass_percent,
            cases=cases,
            notes=(*submission.notes, *kept.notes(), *notes_of_names(loaded.remarks), *run.notes),
            layers=self.workers.layers,
            tier=self.workers.tier,
            limits=assignment.limits.as_json(),
            grader_version=__version__,
            graded_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        )

    def session(self, submission: Submission, canary: Sequence[str] = (), selected: Sequence[LoadStep] = ()) -> Session:
        """What runs a submission; a canary if it names what is to give other values."""
        assignment = self.assignment
        plan = LoadPlan(assignment.mode, assignment.asked, self.case_set.files, canary, selected)
        return Session(self.workers, submission, assignment.limits, plan)

    def student(self, transport: Transport) -> Student:
        """What a case calls a submission, or the reference in its place."""
        return Student(transport, values=self.assignment.values)


def forget_frames(error: BaseException | None) -> None:
    """Let go of all that the case worked with: an exception and a frame that name each other stay for long."""
    while error is not None:
        error.__traceback__, error = None, error.__context__


@dataclass
class Attempt:
    """One case as it is asked once: what its fixtures hand out, and what was said meanwhile."""

    judge: Judge
    case: Case
    session: Session
    log: BridgeLog = field(default_factory=BridgeLog)
    transport: ByteTransport | None = None  # to the submission, once it was asked for

    @property
    def called(self) -> str | None:
        """The submission's function that was called last."""
        return self.transport.last_called if self.transport else None

    def run(self, student: Callable[[], Student] | None = None) -> BaseException | None:
        """Run the case; the exception that ended it. `student` answers in the submission's place."""
        draw = partial(rng_of, self.judge.secret, self.case.id)
        return self.case.run(Fixtures(student or self.student, self.reference, draw))

    def student(self) -> Student:
        transport = self.transport = self.session.transport()
        transport.last_called = None
        listening = self.log.listening(SUBMISSION, self.session.exchange)

        def exchange(message: bytes) -> bytes:
            if self.log.size > _MOST_ANSWERED:
                raise RefusedError("too-large")
            return listening(message)

        transport.exchange, transport.told_apart = exchange, self.log.apart_from_chance
        self.session.budget.grant(self.session.limits.case_seconds)
        return self.judge.student(transport)

    def reference(self) -> Student:
        transport = self.judge.reference.begin(self.case.id)
        transport.exchange = self.log.listening(REFERENCE, transport.exchange)
        return self.judge.student(transport)


@dataclass
class _Run:
    """The cases of one submission, one after another."""

    judge: Judge
    session: Session
    results: dict[str, CaseResult] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    places: dict[str, Where] = field(default_factory=dict)  # of the functions asked for
    timeouts: Counter[str] = field(default_factory=Counter)  # by section
    reading: Reading = field(default_factory=Reading)
    unloaded: Unloaded = field(default_factory=Unloaded)
    passed: dict[str, list[Case]] = field(default_factory=dict)  # by the function or class that each asked last
    tries: Counter[str] = field(default_factory=Counter)  # by case, how often it was really run
    distances: dict[str, float] = field(default_factory=dict)  # by case, where somebody asks for evidence

    def all(self) -> tuple[CaseResult, ...]:
        cases = self.judge.case_set.chosen(self.judge.pattern)
        self.read_code()
        self.find_definitions()
        for case in cases:
            self.results[case.id] = self.result_of(case)
            if self.judge.stop_early and self.fails_by_far(case):
                break
        if not self.judge.stop_early:
            self.confirm(cases)
        return tuple(self.results.values())

    def confirm(self, cases: Sequence[Case]) -> None:
        """Ask again what its answer did not decide, each of a fresh worker and after all others; the last try counts.

        A machine that is short of memory kills processes, and a slow one makes others late: neither is the member's.
        """
        if not any(result.verdict in _UNSURE for result in self.results.values()):
            return
        self.session.budget.renew()
        self.timeouts.clear()
        for case in cases:
            first = self.results[case.id]
            was_asked = self.tries[case.id] > 0
            while self.ask_again(case):
                continue
            if was_asked:
                self.notes += note_of_second_try(first, self.results[case.id])

    def ask_again(self, case: Case) -> bool:
        """Ask a case once more if it is in doubt; whether it may still be so: two tries that agree are enough."""
        before, tries = self.results[case.id], self.tries[case.id]
        most = _MOST_LOST if before.verdict is Verdict.UNGRADABLE else _MOST_TRIES
        if before.verdict not in (*_UNSURE, Verdict.SKIPPED) or tries >= most:
            return False
        if tries:
            self.session.drop()
        now = self.results[case.id] = self.result_of(case)
        was_run = self.tries[case.id] > tries
        return was_run and (not tries or now.verdict is not before.verdict or now.verdict is Verdict.UNGRADABLE)

    def read_code(self) -> None:
        """What the code uses, before any of it runs; of interest where something is forbidden, or to the staff."""
        is_full = self.judge.case_set.has_hidden
        if not (self.judge.assignment.forbid or is_full):
            return
        self.reading = self.session.read(self.judge.assignment.forbid)
        if is_full:
            self.notes += notes_of_reading(self.reading, self.session.cells)

    def find_definitions(self) -> None:
        """Where the functions asked for are defined, asked once: it is what a failing case points at."""
        try:
            transport, asked = self.session.transport(), self.judge.assignment.asked
            answer = transport.request("where", list(asked))
            lacking = [name for name in asked if answer.get(name) is None]
            self.unloaded = Unloaded.of(transport, self.session.loader.problems, lacking)
            for name, place in answer.items():
                if place is not None and place[0] in self.session.cells:
                    self.places[name] = self.session.cells[place[0]].at(place[1])
        except EndedError:
            self.session.drop()
        except (BridgeError, AttributeError, TypeError, IndexError):
            self.places.clear()  # no answer that our side of the worker gives: then there is nothing to point at

    def result_of(self, case: Case) -> CaseResult:
        started = time.perf_counter()
        attempt, hint = Attempt(self.judge, case, self.session), None
        if (outcome := self.without_running(case)) is not None:
            return self.result(attempt, outcome, "", None, time.perf_counter() - started)
        self.tries[case.id] += 1
        error = self.measured(attempt)
        outcome = self.outcome(attempt, error)
        forget_frames(error)
        output = self.printed(case)
        if isinstance(error, EndedError):
            self.session.drop()
            if error.how == "timeout":
                asleep = error.overrun is not None and error.overrun.asleep  # each such wait is long enough for all
                self.timeouts[case.info.section] += _TIMEOUTS_A_SECTION if asleep else 1
        seconds = time.perf_counter() - started
        if outcome.verdict in (Verdict.FAILED, Verdict.ERROR) and outcome.at is None:
            hint = self.hint(attempt)
        elif outcome.verdict is Verdict.PASSED and attempt.called in self.judge.assignment.asked:
            self.passed.setdefault(attempt.called, []).append(case)
        if self.judge.witness is not None:
            frames, distance = tuple(self.frames(outcome)), self.distances[case.id]
            self.judge.witness(Evidence(case.id, outcome, attempt.log, output, frames, hint, distance))
        return self.result(attempt, outcome, output, hint, seconds)

    def measured(self, attempt: Attempt) -> BaseException | None:
        """Run the case, and keep by how many tolerances its values were off where somebody asks for evidence."""
        if self.judge.witness is None:
            return attempt.run()
        with Measure() as measure:
            error = attempt.run()
        self.distances[attempt.case.id] = measure.distance(error)
        return error

    def outcome(self, attempt: Attempt, error: BaseException | None) -> Outcome:
        """How the case ended."""
        usual = outcome_of(
            error,
            called=attempt.called,
            answered=attempt.log.answered,
            signatures=self.judge.assignment.signatures,
            limits=self.session.limits,
        )
        return self.unloaded.outcome(error, attempt.case.info.section, usual)

    def fails_by_far(self, case: Case) -> bool:
        if self.results[case.id].verdict in (Verdict.PASSED, Verdict.SKIPPED):
            return False
        return self.distances.get(case.id, math.inf) >= FAR

    def look_for_borrowing(self) -> None:
        """Ask some of what passed once more, of a worker in which what is ruled out gives other values."""
        canary = self.judge.session(self.session.submission, self.judge.assignment.canary, self.session.loader.selected)
        asked_again = witnesses(self.passed, self.judge.case_set.cases)
        self.session.drop()

        def play(session: Session, case: Case) -> BaseException | None:
            return Attempt(self.judge, case, session).run()

        self.notes += notes_of_borrowing(borrowed(asked_again, canary, self.session, play), self.places)

    def hint(self, attempt: Attempt) -> Hint | None:
        """The misconception that explains what was answered, if there is one."""
        if self.judge.hints is None:
            return None

        def rerun(transport: ByteTransport) -> BaseException | None:
            return Attempt(self.judge, attempt.case, self.session).run(lambda: self.judge.student(transport))

        return self.judge.hints.explain(attempt.case, attempt.log, rerun)

    def without_running(self, case: Case) -> Outcome | None:
        """The outcome of a case that there is no need to run."""
        if (ruled_out := self.forbidden(case)) is not None:
            return ruled_out
        for name in case.info.needs:
            needed = self.judge.case_set.by_name[name]
            judged = [self.results[other.id] for other in needed if other.id in self.results]
            missing = [result for result in judged if result.verdict is Verdict.MISSING]
            if missing and missing[0].section == case.info.section:  # it asks for what is not written yet, too
                return Outcome(Verdict.MISSING, missing[0].message, missing[0].message)
            if any(result.verdict is not Verdict.PASSED for result in judged):
                title = needed[0].title.rstrip(".") or name
                text = _("This can't be judged until «{title}» passes.").format(title=title)
                return Outcome(Verdict.SKIPPED, text, text)
        if self.session.budget.is_used_up:
            text = _(
                "The {seconds} seconds of computing that a submission has as a whole were used up before this case."
            )
            text = text.format(seconds=f"{self.session.limits.total_seconds:g}")
            return Outcome(Verdict.TIMEOUT, text, text)
        if self.timeouts[case.info.section] >= _TIMEOUTS_A_SECTION:
            text = _("Not run: earlier cases of this section already took too long.")
            return Outcome(Verdict.TIMEOUT, text, text)
        return None

    def forbidden(self, case: Case) -> Outcome | None:
        """The outcome of a case whose section uses what the assignment rules out."""
        assignment = self.judge.assignment
        if self.reading.unread and assignment.forbid:
            return Outcome(Verdict.FORBIDDEN, text := _("This code could not be read, so it is not run."), text)
        for name in assignment.sections[case.info.section].asks:
            for finding in self.reading.reached.get(name, ()):
                text = _("{name} uses {what}, which this assignment rules out.").format(name=name, what=finding.what)
                return Outcome(Verdict.FORBIDDEN, text, text, at=self.session.cells[finding.cell].at(finding.line))
        return None

    def printed(self, case: Case) -> str:
        text, cut = self.session.output()
        # Of a hidden case not even that: what is printed there may depend on its inputs.
        public = case.visibility is Visibility.PUBLIC
        if cut and public and not any(note.kind == "output-cut" for note in self.notes):
            said = _("Your code prints more than {size} KB; only the beginning is kept.")
            self.notes.append(Note("output-cut", said.format(size=self.session.limits.output_kb)))
        return text

    def result(self, attempt: Attempt, outcome: Outcome, output: str, hint: Hint | None, seconds: float) -> CaseResult:
        case = attempt.case
        public = case.visibility is Visibility.PUBLIC
        passed = outcome.verdict is Verdict.PASSED
        shown = outcome.shown if public else Shown()
        return CaseResult(
            id=case.id,
            section=case.info.section,
            concept=case.info.concept,
            title=case.title,
            visibility=case.visibility,
            verdict=outcome.verdict,
            points=case.info.points if passed else Fraction(0),
            max_points=case.info.points,
            message=outcome.message if public else outcome.general,
            details=shown.details,
            output="" if passed or not public else output,
            hint=hint,
            where=None if passed or outcome.verdict is Verdict.SKIPPED else self.where(attempt, outcome),
            seconds=seconds,
            plot=shown.plot,
            tries=max(1, self.tries[case.id]),
        )

    def where(self, attempt: Attempt, outcome: Outcome) -> Where | None:
        """The line that raised, of a public case; else the function that was asked, which says nothing of its input."""
        if outcome.at is not None:
            return outcome.at
        if attempt.case.visibility is Visibility.PUBLIC and (frames := list(self.frames(outcome))):
            return frames[-1][0]
        section = self.judge.assignment.sections[attempt.case.info.section]
        return self.places.get(attempt.called or section.asks[0])

    def frames(self, outcome: Outcome) -> Iterator[tuple[Where, str]]:
        """The submission's own lines of a traceback, the outermost first."""
        for frame in outcome.raised.frames if outcome.raised is not None else ():
            if frame.cell in self.session.cells:
                yield self.session.cells[frame.cell].at(frame.line), frame.function

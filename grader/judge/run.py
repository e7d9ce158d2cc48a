"""One submission judged by collected cases: the step from code to report."""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from fractions import Fraction
from functools import cache

import numpy as np

from grader import __version__
from grader.bridge.outcomes import BridgeError, MissingNameError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Submission as Student
from grader.bridge.student import Transport
from grader.bridge.transport import ByteTransport, Exchange
from grader.i18n import _
from grader.intake.submission import Submission
from grader.judge.canary import Passed, borrowed, notes_of_borrowing
from grader.judge.cases import Case, CaseSet, Fixtures
from grader.judge.compare import distances
from grader.judge.evidence import REFERENCE, SUBMISSION, Evidence, Heard, Witness
from grader.judge.failure import Shown
from grader.judge.hints import Hints, NoHints
from grader.judge.names import notes_of_names
from grader.judge.notes import notes_of, notes_of_reading, unmade
from grader.judge.reference import Reference
from grader.judge.transcript import Transcript
from grader.judge.verdict import Outcome, outcome_of
from grader.report.report import CaseResult, Hint, Note, Report, Verdict, Visibility, Where
from grader.sandbox.worker import EndedError
from grader.worker.survey import Reading

# A function that hangs does so in every case: after this many the rest of its section is not waited for.
_TIMEOUTS_A_SECTION = 2
FAR = 10.0  # a difference of so many tolerances is no matter of where the tolerance was drawn
PUBLIC_SECRET = b"public"  # the seed of what is no secret: public cases have the same inputs for everybody


@dataclass(frozen=True)
class Judge:
    """Everything that stays the same from one submission to the next."""

    case_set: CaseSet
    reference: Reference
    server: WorkerSource
    secret: bytes = PUBLIC_SECRET
    pattern: str | None = None
    hints: Hints = field(default_factory=NoHints)
    stop_early: bool = False  # at the first case that fails by far more than its tolerance
    witness: Witness | None = None  # is told everything of each case that runs; it may belong to the staff alone
    distances: dict[str, float] | None = None  # filled in by case for who asks: see `compare.distances`

    @property
    def full(self) -> bool:
        """Whether hidden cases are among those that it judges by."""
        return any(case.visibility is Visibility.HIDDEN for case in self.case_set.cases)

    def host(
        self, submission: Submission, canary: Sequence[str] = (), selected: Sequence[tuple[int, int]] = ()
    ) -> Session:
        """What runs a submission; a canary if it names what is to give other values."""
        assignment = self.case_set.assignment
        return Session(
            self.server,
            submission,
            assignment.limits,
            mode=assignment.mode,
            asked=assignment.asked,
            files=self.case_set.files,
            canary=canary,
            selected=selected,
        )

    def judge(self, submission: Submission) -> Report:
        """The report on one submission."""
        assignment = self.case_set.assignment
        host = self.host(submission)
        run = _Run(self, host, submission)
        try:
            cases = run.all()
            # Not of the author's own objects in this very process (those come without cells), nor of a mutant.
            if self.full and assignment.canary and submission.cells and not self.stop_early:
                run.look_for_borrowing()
        finally:
            host.drop()
        return Report(
            assignment=assignment.id,
            assignment_version=assignment.version,
            title=assignment.title,
            member=submission.member,
            submission_sha256=submission.sha256,
            cases_sha256=self.case_set.sha256,
            visibility="full" if self.full else "public",
            pass_percent=assignment.pass_percent,
            cases=cases,
            notes=(*submission.notes, *notes_of(host.problems), *notes_of_names(host.remarks), *run.notes),
            layers=self.server.layers,
            tier=self.server.tier,
            limits=assignment.limits.as_json(),
            grader_version=__version__,
            graded_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        )


def rng_of(secret: bytes, case_id: str) -> np.random.Generator:
    """The random numbers of a case: the same for the same secret, always."""
    seeds = _seeds(secret, case_id)
    if seeds.n_children_spawned:  # the case before took children of it, which the next would not get again
        seeds = np.random.SeedSequence(seeds.entropy)
    return np.random.Generator(np.random.PCG64(seeds))  # as `default_rng` makes it


@cache
def _seeds(secret: bytes, case_id: str) -> np.random.SeedSequence:
    digest = hashlib.sha256(secret + b"\0" + case_id.encode()).digest()
    return np.random.SeedSequence(int.from_bytes(digest, "big"))


def _distance(error: BaseException | None, heard: list[float]) -> float:
    """By how many tolerances a case was off; infinitely many where it failed by something else than a value."""
    if error is None:
        return max(heard, default=0.0)
    greatest = max(heard, default=0.0)
    return greatest if greatest > 1 else math.inf


@dataclass
class _Run:
    """The cases of one submission while they run."""

    judge: Judge
    host: Session
    submission: Submission
    results: dict[str, CaseResult] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    places: dict[str, Where] = field(default_factory=dict)
    timeouts: Counter[str] = field(default_factory=Counter)
    transport: ByteTransport | None = None
    transcript: Transcript = field(default_factory=Transcript)
    heard: Heard = field(default_factory=Heard)
    reading: Reading = field(default_factory=Reading)
    passed: Passed = field(default_factory=Passed)

    def all(self) -> tuple[CaseResult, ...]:
        cases = self.judge.case_set.chosen(self.judge.pattern)
        self.read_code()
        self.find_definitions()
        for case in cases:
            self.results[case.id] = self.one(case)
            if self.judge.stop_early and self.fails_by_far(case):
                break
        return tuple(self.results.values())

    def read_code(self) -> None:
        """What the code uses, before any of it runs; of interest where something is forbidden, or to the staff."""
        assignment = self.judge.case_set.assignment
        if not (assignment.forbid or self.judge.full):
            return
        self.reading = self.host.read(assignment.forbid)
        if self.judge.full:
            self.notes += notes_of_reading(self.reading, self.host.cells)

    def forbidden(self, case: Case) -> Outcome | None:
        """The outcome of a case whose section uses what the assignment rules out."""
        assignment = self.judge.case_set.assignment
        if self.reading.unread and assignment.forbid:
            return Outcome(Verdict.FORBIDDEN, text := _("This code could not be read, so it is not run."), text)
        for name in assignment.sections[case.info.section].asks:
            for finding in self.reading.reached.get(name, ()):
                text = _("{name} uses {what}, which this assignment rules out.").format(name=name, what=finding.what)
                return Outcome(Verdict.FORBIDDEN, text, text, at=self.host.cells[finding.cell].at(finding.line))
        return None

    def find_definitions(self) -> None:
        """Where the functions asked for are defined, asked once: it is what a failing case points at."""
        try:
            found = self.host.transport().request("where", list(self.judge.case_set.assignment.asked))
            for name, place in found.items():
                if place is not None and place[0] in self.host.cells:
                    self.places[name] = self.host.cells[place[0]].at(place[1])
        except EndedError:
            self.host.drop()
        except (BridgeError, AttributeError, TypeError, IndexError):
            self.places.clear()  # no answer that our side of the worker gives: then there is nothing to point at

    def one(self, case: Case) -> CaseResult:
        started = time.perf_counter()
        outcome = self.without_running(case)
        output, called, hint, heard_then = "", None, None, None
        if outcome is None:
            measured = self.judge.distances is not None
            with distances() if measured else nullcontext(list[float]()) as heard:
                error = case.run(self.fixtures(case))
            if self.judge.distances is not None:
                self.judge.distances[case.id] = _distance(error, heard)
            called = self.transport.last_called if self.transport else None
            outcome = outcome_of(
                error,
                called=called,
                answered=not self.transcript.empty,
                signatures=self.judge.case_set.assignment.signatures,
                limits=self.host.limits,
            )
            if isinstance(error, MissingNameError) and (at := unmade(error.name, self.host.problems)) is not None:
                text = _("{name} is not there: the cell that makes it did not run to its end.").format(name=error.name)
                outcome = Outcome(Verdict.MISSING, text, text, at=at)
            output, heard_then = self.printed(case), self.heard
            if isinstance(error, EndedError):
                self.host.drop()
                self.timeouts[case.info.section] += error.how == "timeout"
        seconds = time.perf_counter() - started
        if outcome.verdict in (Verdict.FAILED, Verdict.ERROR):
            hint = self.hint(case)
        elif outcome.verdict is Verdict.PASSED and called in self.judge.case_set.assignment.asked:
            self.passed.add(called, case)
        if self.judge.witness is not None and heard_then is not None:
            calls, frames = tuple(heard_then.calls()), tuple(self.frames(outcome))
            self.judge.witness(Evidence(case.id, outcome, calls, output, frames, hint))
        return self.result(case, outcome, output, called, hint, seconds)

    def fails_by_far(self, case: Case) -> bool:
        if self.results[case.id].verdict in (Verdict.PASSED, Verdict.SKIPPED):
            return False
        return self.judge.distances is None or self.judge.distances.get(case.id, math.inf) >= FAR

    def look_for_borrowing(self) -> None:
        """Ask some of what passed once more, of a worker in which what is ruled out gives other values."""
        canary = self.judge.host(self.submission, self.judge.case_set.assignment.canary, self.host.selected)

        def play(host: Session, case: Case) -> BaseException | None:
            def student() -> Student:
                transport = host.transport()
                host.begin(host.limits.case_seconds)
                return Student(transport)

            return case.run(replace(self.fixtures(case), student=student))

        self.host.drop()
        names = borrowed(self.passed.witnesses(self.judge.case_set.cases), canary, self.host, play)
        self.notes += notes_of_borrowing(names, self.places)

    def hint(self, case: Case) -> Hint | None:
        """The misconception that explains what was answered, if there is one."""
        transcript = self.transcript

        def rerun(transport: ByteTransport) -> BaseException | None:
            fixtures = replace(self.fixtures(case), student=lambda: self.student(transport))
            return case.run(fixtures)

        return self.judge.hints.explain(case, transcript, rerun)

    def without_running(self, case: Case) -> Outcome | None:
        """The outcome of a case that there is no need to run."""
        if (ruled_out := self.forbidden(case)) is not None:
            return ruled_out
        for name in case.info.needs:
            needed = [other for other in self.judge.case_set.cases if other.needed(name)]
            if any(
                self.results[other.id].verdict is not Verdict.PASSED for other in needed if other.id in self.results
            ):
                title = needed[0].title.rstrip(".") or name
                text = _("This can't be judged until «{title}» passes.").format(title=title)
                return Outcome(Verdict.SKIPPED, text, text)
        if self.host.time_is_up:
            text = _("The {seconds} seconds that a submission has as a whole were used up before this case.")
            text = text.format(seconds=f"{self.host.limits.total_seconds:g}")
            return Outcome(Verdict.TIMEOUT, text, text)
        if self.timeouts[case.info.section] >= _TIMEOUTS_A_SECTION:
            text = _("Not run: earlier cases of this section already took too long.")
            return Outcome(Verdict.TIMEOUT, text, text)
        return None

    def fixtures(self, case: Case) -> Fixtures:
        self.transport, self.transcript, self.heard = None, Transcript(), Heard()

        def student() -> Student:
            self.transport = self.host.transport()
            self.transport.last_called = None
            self.transport.exchange = self.overheard(SUBMISSION, self.transcript.listening(self.host.exchange))
            self.host.begin(self.host.limits.case_seconds)
            return self.student(self.transport)

        def reference() -> Student:
            transport = self.judge.reference.begin(case.id)
            if isinstance(transport, ByteTransport):  # else it answers from memory, and nothing is said
                transport.exchange = self.overheard(REFERENCE, transport.exchange)
            return self.student(transport)

        return Fixtures(student, reference, lambda: rng_of(self.judge.secret, case.id))

    def overheard(self, who: str, exchange: Exchange) -> Exchange:
        """The exchange, kept in words where there is a witness."""
        return exchange if self.judge.witness is None else self.heard.listening(who, exchange)

    def student(self, transport: Transport) -> Student:
        """What a case calls a submission, or the reference in its place."""
        return Student(transport, values=self.judge.case_set.assignment.values)

    def printed(self, case: Case) -> str:
        text, cut = self.host.output()
        # Of a hidden case not even that: what is printed there may depend on its inputs.
        public = case.visibility is Visibility.PUBLIC
        if cut and public and not any(note.kind == "output-cut" for note in self.notes):
            said = _("Your code prints more than {size} KB; only the beginning is kept.")
            self.notes.append(Note("output-cut", said.format(size=self.host.limits.output_kb)))
        return text

    def result(
        self, case: Case, outcome: Outcome, output: str, called: str | None, hint: Hint | None, seconds: float
    ) -> CaseResult:
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
            where=None if passed or outcome.verdict is Verdict.SKIPPED else self.where(case, outcome, called, public),
            seconds=seconds,
            plot=shown.plot,
        )

    def where(self, case: Case, outcome: Outcome, called: str | None, public: bool) -> Where | None:
        """The line that raised, of a public case; else the function that was asked, which says nothing of its input."""
        if outcome.at is not None:
            return outcome.at
        if public and (frames := list(self.frames(outcome))):
            return frames[-1][0]
        section = self.judge.case_set.assignment.sections[case.info.section]
        return self.places.get(called or section.asks[0])

    def frames(self, outcome: Outcome) -> Iterator[tuple[Where, str]]:
        """The submission's own lines of a traceback, the outermost first."""
        for frame in outcome.raised.frames if outcome.raised is not None else ():
            if frame.cell in self.host.cells:
                yield self.host.cells[frame.cell].at(frame.line), frame.function

"""A recording of what the reference answered at release: members run the public cases with it, without the reference.

It keeps, for each case, every request that the case made and the bytes that came back, so it holds for objects (a
layer, an optimizer) as it does for functions; and what each misconception answers there, for the hints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment.manifest import Assignment
from grader.bridge.student import Student
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError
from grader.i18n import LANGUAGES, _
from grader.judge.case import Misconception
from grader.judge.cases import PUBLIC_SECRET, Case, CaseSet, Fixtures, rng_of
from grader.judge.hints import LiveHints, Rerun, hint_of
from grader.judge.log import REFERENCE, Answered, BridgeLog, Outliner, same_request
from grader.judge.reference import LiveReference, Reference
from grader.report.report import Hint
from grader.worker.wire import WireError, decode, encode

RECORDING_SCHEMA = "d2d.recording/1"


class Recorder:
    """Passes requests on to the reference and keeps what was asked and answered."""

    def __init__(self, reference: LiveReference, hints: LiveHints | None = None) -> None:
        self.reference, self.hints = reference, hints
        self.logs: dict[str, BridgeLog] = {}
        self.wrong: dict[str, list[list[Any]]] = {}

    def begin(self, case_id: str) -> ByteTransport:
        transport, log = self.reference.begin(case_id), BridgeLog(most=math.inf)
        self.logs[case_id] = log
        transport.exchange = log.listening(REFERENCE, transport.exchange)
        return transport

    def misconceptions(self, case: Case, rerun: Rerun) -> None:
        """Keep what each misconception about the section of `case` answers in it."""
        kept = self.wrong[case.id] = []
        for misconception in self.hints.relevant(case.info.section) if self.hints else ():
            answers = self.hints.answers(case, misconception, rerun) if self.hints else None
            if answers is not None:
                texts = [misconception.id, misconception.of, *(misconception.texts.get(code, "") for code in LANGUAGES)]
                kept.append([*texts, [[step.asked, step.status, step.answer] for step in answers]])

    def recording(self, cases_sha256: str) -> bytes:
        """The file that members receive."""
        cases = {}
        for case_id, log in self.logs.items():
            outline = Outliner()
            cases[case_id] = [[outline(entry.message), entry.reply] for entry in log.entries]
        return encode({"schema": RECORDING_SCHEMA, "cases_sha256": cases_sha256, "cases": cases, "wrong": self.wrong})


def record(case_set: CaseSet, hints: LiveHints | None = None) -> bytes:
    """Record the public cases: the reference answers in the student's place too, so that every case is run whole."""
    assignment = case_set.assignment
    reference = LiveReference(assignment.needed_reference, definitions=assignment.whole)
    student = LiveReference(assignment.needed_reference, folder=assignment.folder)
    recorder = Recorder(reference, hints)
    for case in case_set.cases:

        def run(transport: ByteTransport, kept: Reference, at: Case = case) -> Any:
            values = assignment.values
            fixtures = Fixtures(
                lambda: Student(transport, values=values),
                lambda: Student(kept.begin(at.id), values=values),
                lambda: rng_of(PUBLIC_SECRET, at.id),
            )
            return at.run(fixtures)

        failure = run(student.begin(case.id), recorder)
        if failure is not None:
            what = _("The reference does not pass {name}: {reason}").format(name=case.id, reason=failure)
            raise BadAssignmentError(what, where=assignment.public_cases)
        recorder.misconceptions(case, lambda transport: run(transport, reference))
    return recorder.recording(case_set.sha256)


@dataclass(frozen=True)
class Recording:
    """The content of a recorded file: answers of the reference and of the misconceptions, by case."""

    file: Path
    cases: dict[str, list[list[Any]]]
    wrong: dict[str, list[list[Any]]]


def read_recording(file: Path) -> Recording:
    """The recording in `file`."""
    try:
        content = decode(file.read_bytes())
        if content["schema"] != RECORDING_SCHEMA:
            raise ValueError(content["schema"])
        return Recording(file, content["cases"], content["wrong"])
    except (OSError, WireError, ValueError, KeyError, TypeError) as error:
        hint = _("Download the assignment's folder once more.")
        raise BadAssignmentError(_("The recorded answers can't be read."), where=file, hint=hint) from error


@dataclass(frozen=True)
class RecordedReference:
    """Answers what the reference answered at release, to the same requests in the same order."""

    recording: Recording

    def begin(self, case_id: str) -> ByteTransport:
        left = iter(self.recording.cases.get(case_id, ()))
        outline = Outliner()

        def exchange(message: bytes) -> bytes:
            kept, reply = next(left, (None, b""))
            if not same_request(kept, outline(message)):
                hint = _("Was test_public.py changed? Download the assignment's folder once more.")
                what = _("The recorded answers don't fit this case.")
                raise BadAssignmentError(what, where=self.recording.file, hint=hint)
            return bytes(reply)

        return ByteTransport(exchange)


@dataclass(frozen=True)
class RecordedHints:
    """Finds the misconception among those whose answers were recorded."""

    assignment: Assignment
    recording: Recording

    def explain(self, case: Case, log: BridgeLog, rerun: Rerun) -> Hint | None:  # noqa: ARG002
        """The hint, where one or two misconceptions explain what was answered."""
        candidates = (
            (_recorded(id_, of, texts), [Answered(*step) for step in steps])
            for id_, of, *texts, steps in self.recording.wrong.get(case.id, ())
        )
        return hint_of(candidates, log, self.assignment.sections[case.info.section].asks)


def _recorded(id_: str, of: str, texts: list[str]) -> Misconception:
    by_language = dict(zip(LANGUAGES, texts, strict=False))  # a recording may be older than a language
    en, ko = by_language.pop("en"), by_language.pop("ko")
    return Misconception(id_, of, en, ko, "", _unknown, by_language)


def _unknown() -> None:
    """A recorded misconception has answers and no variant."""

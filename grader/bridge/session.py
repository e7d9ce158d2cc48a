"""One submission's worker: its code loaded, replaced when it hangs or dies."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.assignment.limits import Limits
from grader.bridge.loading import NameRemark, remarks_of, steps_of
from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError, OurFaultError
from grader.i18n import _
from grader.intake.submission import Cell, Submission
from grader.sandbox.worker import EndedError, Worker
from grader.worker.survey import Reading
from grader.worker.wire import Bounds

_PARSING = -1  # the step of a cell before its first statement
_PUT_SECONDS = 60.0  # files of some megabytes, on a machine that is busy
_MAX_RESTARTS = 3  # statements that end the worker while the code is loaded; each may cost the whole time for one


class WorkerSource(Protocol):
    """Where workers come from."""

    @property
    def layers(self) -> tuple[str, ...]:
        """What keeps its workers apart from the machine."""

    @property
    def tier(self) -> str:
        """`staff` where the layers that hidden cases need have shown that they hold, else `local`."""

    def worker(self, limits: Limits, reply_bound: int) -> Worker:
        """A fresh worker."""

    def close(self) -> None:
        """End everything that was started."""


@dataclass(frozen=True)
class LoadProblem:
    """A statement of the submission that did not run: it raised, did not parse, or ended the worker."""

    cell: Cell
    line: int | None
    error: RaisedError | EndedError
    rest: bool = False  # what follows in this cell did not run either
    seconds: float | None = None  # that it had, where it did not come to an end; None: the whole had no more


class Session:
    """Keeps a worker with one submission loaded, within the time for each case and for the whole."""

    def __init__(
        self,
        server: WorkerSource,
        submission: Submission,
        limits: Limits,
        bounds: Bounds | None = None,
        *,
        mode: str = "definitions",
        asked: Collection[str] = (),
        files: Mapping[str, bytes] | None = None,
        canary: Sequence[str] = (),
        selected: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.selected = list(selected)  # cell and statement of all that runs, once a worker has said so
        self.whole, self.asked, self.files = mode == "whole", list(asked), files or {}
        self.canary = list(canary)
        self.remarks: tuple[NameRemark, ...] = ()
        self.server, self.submission, self.limits = server, submission, limits
        self.bounds = bounds or Bounds()
        self.cells = {cell.label: cell for cell in submission.cells}
        self.problems: list[LoadProblem] = []
        self.whole_deadline = time.monotonic() + limits.total_seconds
        self.deadline = self.whole_deadline
        self._worker: Worker | None = None
        self._transport: ByteTransport | None = None
        self._set_aside: set[tuple[str, int]] = set()
        self._first = True
        self._granted = limits.total_seconds  # what was last begun with
        self._fresh: ByteTransport | None = None  # to a worker that has run nothing yet

    def begin(self, seconds: float) -> None:
        """From now on requests have this long together, and no longer than the whole has left."""
        self._granted = seconds
        self.deadline = min(time.monotonic() + seconds, self.whole_deadline)

    @property
    def time_is_up(self) -> bool:
        """The submission has used the time that it has as a whole."""
        return time.monotonic() >= self.whole_deadline

    def transport(self) -> ByteTransport:
        """A transport to a worker in which the code is loaded; raises `EndedError` where none stays alive."""
        if self._transport is None:
            self._transport = self._load()
        return self._transport

    def output(self) -> tuple[str, bool]:
        """What was printed since the last call, and whether some of it was dropped."""
        return ("", False) if self._worker is None else self._worker.output.take()

    def drop(self) -> None:
        """End the worker; the next request gets a fresh one."""
        if self._worker is not None:
            self._worker.end()
        self._worker = self._transport = self._fresh = None

    def read(self, forbidden: Sequence[str]) -> Reading:
        """What the code uses, read by a worker that has not run any of it: its answer is still our own."""
        cells = [(cell.label, cell.source) for cell in self.submission.cells]
        try:
            self._fresh = self._start()
            self.begin(self.limits.load_seconds)
            return Reading.from_wire(self._fresh.request("survey", cells, list(forbidden), self.asked))
        except (BridgeError, EndedError, TypeError, ValueError, KeyError, IndexError) as error:
            self.drop()
            return Reading(unread=str(error) or type(error).__name__)

    def _load(self) -> ByteTransport:
        problems: list[LoadProblem] = []
        for _attempt in range(_MAX_RESTARTS + 1):
            if self.time_is_up:
                break
            transport, self._fresh = self._fresh or self._start(), None
            problems = []
            if self._load_cells(transport, problems):
                self._remember(problems)
                self.output()  # what cells print while they are loaded belongs to no case
                return transport
            self.drop()
        self._remember(problems)
        raise EndedError("timeout" if self.time_is_up else "crashed", "while the code was loaded")

    def exchange(self, message: bytes) -> bytes:
        """One request to the worker that runs now, and its reply."""
        assert self._worker is not None, "a transport was used after its worker was dropped"
        return self._worker.exchange(message, self.deadline)

    def _start(self) -> ByteTransport:
        """A worker with nothing in it but the assignment's files."""
        self._worker = self.server.worker(self.limits, self.bounds.total + 4096)
        transport = ByteTransport(self.exchange, self.bounds)
        if self.submission.cells:
            self.begin(_PUT_SECONDS)
            try:
                for name, data in self.files.items():
                    transport.request("put", name, data)
            except (BridgeError, EndedError) as error:
                if self.time_is_up:
                    raise EndedError("timeout", "while the code was loaded") from error
                text = _("The files of the assignment could not be laid beside the submission: {reason}")
                raise OurFaultError(text.format(reason=error)) from error
        if self.canary:
            self.begin(self.limits.load_seconds)
            try:
                transport.request("canary", self.canary)
            except RaisedError as error:  # nothing of the submission is there yet
                text = _("The canary of the manifest can't be set up: {reason}").format(reason=error.text)
                raise BadAssignmentError(text) from error
        return transport

    def _load_cells(self, transport: ByteTransport, problems: list[LoadProblem]) -> bool:
        """Parse all cells, then run what is to run; False if a cell or statement ended the worker (it is set aside)."""
        cells = self.submission.cells
        if not cells:
            return True
        cell, index, line = cells[0], _PARSING, None
        parsed: list[dict[int, int]] = []
        begun, ended = -1, set[int]()  # the cell whose time runs, and those of which nothing more is run
        try:
            if self.whole:
                self.begin(self.limits.load_seconds)
                transport.request("main")
            for cell in cells:
                parsed.append(dict(self._parse(transport, cell, problems)))  # noqa: PERF401 — likewise
            for number, index in self._steps(transport, parsed):
                cell, line = cells[number], parsed[number].get(index)
                if line is None or number in ended:
                    continue
                if number != begun or not self._is_cell(cell):
                    self.begin(self.limits.cell_seconds if self.whole else self.limits.load_seconds)
                    begun = number
                known = (cell.label, index) in self._set_aside
                if (known or not self._run(transport, cell, index, line, problems)) and self._is_cell(cell):
                    ended.add(number)
        except EndedError as error:
            self._set_aside.add((cell.label, index))
            if self._first:
                seconds = None if self.time_is_up else self._granted
                self.problems.append(LoadProblem(cell, line, error, self._is_cell(cell), seconds))
            return False
        return True

    def _is_cell(self, cell: Cell) -> bool:
        """Whether an error ends all of `cell`, as it does in a notebook; a plain file has no cells to end."""
        return self.whole and cell.number is not None

    def _steps(self, transport: ByteTransport, parsed: list[dict[int, int]]) -> list[tuple[int, int]]:
        """Cell and statement of all that runs, in order."""
        if self.whole:
            return [(number, index) for number, part in enumerate(parsed) for index in part]
        if self.selected:
            return self.selected
        self.begin(self.limits.load_seconds)
        try:
            labels = [cell.label for cell in self.submission.cells]
            steps, remarks = transport.request("select", labels, self.asked)
        except (BridgeError, TypeError, ValueError) as error:
            raise EndedError("crashed", f"broken reply: {error}") from error
        if self._first:
            self.remarks = remarks_of(remarks, self.submission.cells)
        self.selected = steps_of(steps, [max(part, default=-1) + 1 for part in parsed])
        return self.selected

    def _parse(self, transport: ByteTransport, cell: Cell, problems: list[LoadProblem]) -> list[tuple[int, int]]:
        """Index and line of the statements of a cell; what does not parse is a problem."""
        if (cell.label, _PARSING) in self._set_aside:
            return []
        self.begin(self.limits.load_seconds)
        steps = []
        try:
            for index, (line, slip) in enumerate(transport.request("parse", cell.label, cell.source)):
                if slip is None:
                    steps.append((index, int(line)))
                else:
                    problems.append(LoadProblem(cell, int(line), RaisedError.from_wire(slip)))
        except RaisedError as error:
            problems.append(LoadProblem(cell, None, error))
        except (
            BridgeError,
            TypeError,
            ValueError,
            OverflowError,
        ) as error:  # no answer that our side of the worker gives
            raise EndedError("crashed", f"broken reply: {error}") from error
        return steps

    def _run(
        self, transport: ByteTransport, cell: Cell, index: int, line: int | None, problems: list[LoadProblem]
    ) -> bool:
        """Run one statement; False if it raised."""
        try:
            transport.request("run", cell.label, index)
        except RaisedError as error:
            own = [frame.line for frame in error.frames if frame.cell == cell.label]
            problems.append(LoadProblem(cell, own[-1] if own else line, error, self._is_cell(cell)))
            return False
        except BridgeError as error:
            raise EndedError("crashed", f"broken reply: {error}") from error
        return True

    def _remember(self, problems: list[LoadProblem]) -> None:
        """Keep what the first load met: a later one may say what it has seen of hidden cases."""
        if self._first:
            self.problems += problems
        self._first = False

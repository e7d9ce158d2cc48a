"""One submission's worker: its code loaded, replaced when it hangs or dies."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.bridge.client import ByteTransport
from grader.bridge.loading import NameRemark, remarks_of, steps_of
from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.reading import Reading
from grader.bridge.wire import Bounds
from grader.course.limits import Limits
from grader.intake.submission import Cell, Submission
from grader.sandbox.worker import EndedError, Worker

_PARSING = -1  # the step of a cell before its first statement
_MAX_RESTARTS = 3  # statements that end the worker while the code is loaded; each may cost the whole time for one


class Server(Protocol):
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


class Host:
    """Keeps a worker with one submission loaded, within the time for each case and for the whole."""

    def __init__(
        self,
        server: Server,
        submission: Submission,
        limits: Limits,
        bounds: Bounds | None = None,
        *,
        mode: str = "definitions",
        asked: Collection[str] = (),
    ) -> None:
        self.mode, self.asked = mode, list(asked)
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
        self._fresh: ByteTransport | None = None  # to a worker that has run nothing yet

    def begin(self, seconds: float) -> None:
        """From now on requests have this long together, and no longer than the whole has left."""
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
        for _attempt in range(_MAX_RESTARTS + 1):
            transport, self._fresh = self._fresh or self._start(), None
            problems: list[LoadProblem] = []
            if self._load_cells(transport, problems):
                self._remember(problems)
                return transport
            self.drop()
        self._remember(problems)
        raise EndedError("timeout" if self.time_is_up else "crashed", "while the code was loaded")

    def exchange(self, message: bytes) -> bytes:
        """One request to the worker that runs now, and its reply."""
        assert self._worker is not None, "a transport was used after its worker was dropped"
        return self._worker.exchange(message, self.deadline)

    def _start(self) -> ByteTransport:
        self._worker = self.server.worker(self.limits, self.bounds.total + 4096)
        return ByteTransport(self.exchange, self.bounds)

    def _load_cells(self, transport: ByteTransport, problems: list[LoadProblem]) -> bool:
        """Parse all cells, then run what is to run; False if a cell or statement ended the worker (it is set aside)."""
        cells = self.submission.cells
        if not cells:
            return True
        cell, index, line = cells[0], _PARSING, None
        parsed: list[dict[int, int]] = []
        try:
            for cell in cells:
                parsed.append(dict(self._parse(transport, cell, problems)))  # noqa: PERF401 — likewise
            for number, index in self._steps(transport, parsed):
                cell, line = cells[number], parsed[number].get(index)
                if line is not None and (cell.label, index) not in self._set_aside:
                    self._run(transport, cell, index, line, problems)
        except EndedError as error:
            self._set_aside.add((cell.label, index))
            if self._first:
                self.problems.append(LoadProblem(cell, line, error))
            return False
        return True

    def _steps(self, transport: ByteTransport, parsed: list[dict[int, int]]) -> list[tuple[int, int]]:
        """Cell and statement of all that runs, in order."""
        if self.mode == "whole":
            return [(number, index) for number, part in enumerate(parsed) for index in part]
        self.begin(self.limits.load_seconds)
        try:
            labels = [cell.label for cell in self.submission.cells]
            steps, remarks = transport.request("select", labels, self.asked)
        except (BridgeError, TypeError, ValueError) as error:
            raise EndedError("crashed", f"broken reply: {error}") from error
        if self._first:
            self.remarks = remarks_of(remarks, self.submission.cells)
        return steps_of(steps, [max(part, default=-1) + 1 for part in parsed])

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
    ) -> None:
        self.begin(self.limits.load_seconds)
        try:
            transport.request("run", cell.label, index)
        except RaisedError as error:
            problems.append(LoadProblem(cell, error.frames[-1].line if error.frames else line, error))
        except BridgeError as error:
            raise EndedError("crashed", f"broken reply: {error}") from error

    def _remember(self, problems: list[LoadProblem]) -> None:
        """Keep what the first load met: a later one may say what it has seen of hidden cases."""
        if self._first:
            self.problems += problems
        self._first = False

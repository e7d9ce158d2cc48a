"""One submission's worker: its code loaded, replaced when it hangs or dies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from grader.assignment.manifest import Limits
from grader.bridge.loader import MOST_SMALL_ENDED, Loader, LoadPlan
from grader.bridge.outcomes import BridgeError, RaisedError
from grader.bridge.transport import ByteTransport
from grader.errors import BadAssignmentError, OurFaultError
from grader.i18n import _
from grader.intake import Submission
from grader.sandbox.budget import NoClock, Overrun, TimeBudget
from grader.sandbox.worker import EndedError, Worker
from grader.worker.survey import Reading
from grader.worker.wire import Bounds

_PUT_SECONDS = 60.0  # files of some megabytes, on a machine that is busy
_MAX_ENDED = 3  # statements that end the worker while the code is loaded; each may cost the whole time for one, twice
_STARTS = 3  # a worker or its zygote may be killed by the machine; what fails so often is a fault that stays
_REPLY_FRAME = 4096  # bytes of a reply beside the values that it may hold


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


class Session:
    """Keeps a worker with one submission loaded, within the time for each case and for the whole."""

    def __init__(
        self,
        workers: WorkerSource,
        submission: Submission,
        limits: Limits,
        plan: LoadPlan | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self.workers, self.submission, self.limits = workers, submission, limits
        self.plan, self.bounds = plan or LoadPlan(), bounds or Bounds()
        self.budget = TimeBudget(limits.total_seconds)
        self.loader = Loader(submission.cells, self.plan, limits, self.budget)
        self.cells = {cell.label: cell for cell in submission.cells}
        self._worker: Worker | None = None
        self._fresh: ByteTransport | None = None  # to a worker that has run nothing yet
        self._loaded: ByteTransport | None = None

    def transport(self) -> ByteTransport:
        """A transport to a worker in which the code is loaded; raises `EndedError` where none stays alive."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def output(self) -> tuple[str, bool]:
        """What was printed since the last call, and whether some of it was dropped."""
        return ("", False) if self._worker is None else self._worker.output.take()

    def drop(self) -> None:
        """End the worker; the next request gets a fresh one."""
        if self._worker is not None:
            self.budget.follow(NoClock())
            self._worker.end()
        self._worker = self._loaded = self._fresh = None

    def read(self, forbidden: Sequence[str]) -> Reading:
        """What the code uses, read by a worker that has not run any of it: its answer is still our own."""
        cells = [(cell.label, cell.source) for cell in self.submission.cells]
        reading = Reading()
        for _try in range(2):  # what ended the first may have been the machine
            try:
                self._fresh = self._start()
                self.budget.grant(self.limits.load_seconds)
                answer = self._fresh.request("survey", cells, list(forbidden), list(self.plan.asked))
                return Reading.from_wire(answer)
            except (BridgeError, EndedError, TypeError, ValueError, KeyError, IndexError) as error:
                self.drop()
                reading = Reading(unread=str(error) or type(error).__name__)
                if not isinstance(error, EndedError):
                    break
        return reading

    def exchange(self, message: bytes) -> bytes:
        """One request to the worker that runs now, and its reply."""
        assert self._worker is not None, "a transport was used after its worker was dropped"
        return self._worker.exchange(message, self.budget)

    def _load(self) -> ByteTransport:
        for _attempt in range(2 * (_MAX_ENDED + MOST_SMALL_ENDED) + 1):
            if self.budget.is_used_up:
                break
            transport, self._fresh = self._fresh or self._start(), None
            if self.loader.load(transport):
                self.loader.finish()
                self.output()  # what cells print while they are loaded belongs to no case
                return transport
            self.drop()
        self.loader.finish()
        raise self._unloadable()

    def _unloadable(self) -> EndedError:
        if self.budget.is_used_up:
            overrun = Overrun(self.limits.total_seconds, whole=True)
            return EndedError("timeout", "while the code was loaded", overrun)
        lost = self.loader.ended is not None and self.loader.ended.how == "lost"
        return EndedError("lost" if lost else "crashed", "while the code was loaded")

    def _start(self) -> ByteTransport:
        """A worker with nothing in it but the assignment's files."""
        for _attempt in range(_STARTS - 1):
            with suppress(OurFaultError):
                return self._started()
            self.drop()
        return self._started()

    def _started(self) -> ByteTransport:
        self._worker = self.workers.worker(self.limits, self.bounds.total + _REPLY_FRAME)
        self.budget.follow(self._worker.clock)
        transport = ByteTransport(self.exchange, self.bounds)
        if self.submission.cells:
            self._put_files(transport)
        if self.plan.canary:
            self.budget.grant(self.limits.load_seconds)
            try:
                transport.request("canary", list(self.plan.canary))
            except RaisedError as error:  # nothing of the submission is there yet
                text = _("The canary of the manifest can't be set up: {reason}").format(reason=error.text)
                raise BadAssignmentError(text) from error
        return transport

    def _put_files(self, transport: ByteTransport) -> None:
        self.budget.grant(_PUT_SECONDS)
        try:
            for name, data in self.plan.files.items():
                transport.request("put", name, data)
        except (BridgeError, EndedError) as error:
            if self.budget.is_used_up:
                raise self._unloadable() from error
            text = _("The files of the assignment could not be laid beside the submission: {reason}")
            raise OurFaultError(text.format(reason=error)) from error

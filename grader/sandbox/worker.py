"""A worker seen from the judge: what it is told at its start, bytes to it, bytes back within a time, and its end."""

from __future__ import annotations

import importlib.util
import os
import select
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from grader import worker
from grader.errors import BadAssignmentError, OurFaultError
from grader.i18n import _
from grader.sandbox.budget import Clock, NoClock, Overrun, TimeBudget, WorkerClock
from grader.worker.service import HEADER

WORKER_SCRIPT = str(Path(worker.__file__).with_name("__main__.py"))
COMMAND = (sys.executable, "-I", "-S", "-X", "utf8", WORKER_SCRIPT)  # of a zygote or a spawned worker
CHUNK = 1 << 18
_LEAVING_MILLISECONDS = 500
_WATCH_SECONDS = 0.05
# How a worker ended that the kernel killed for its memory, and one that took its zygote along.
OUT_OF_MEMORY, ZYGOTE_LOST = "out of memory", "zygote lost"


@dataclass(frozen=True)
class WorkerSpec:
    """What a zygote or a spawned worker is told: the libraries that it may import, and the folders they lie in.

    `without` leaves layers out: for tests that show what each one stops. The parts of libraries in `canary` give other
    values in some workers; their sources can be read in none, where a layer sees to it.
    """

    imports: tuple[str, ...]
    folders: tuple[str, ...]
    without: tuple[str, ...] = ()
    canary: tuple[str, ...] = ()


def worker_spec(imports: Sequence[str], without: Sequence[str] = (), canary: Sequence[str] = ()) -> WorkerSpec:
    """The spec for an assignment that may import these libraries."""
    folders: dict[str, None] = {}  # in the order of the libraries, each once
    for name in imports:
        spec = importlib.util.find_spec(name)  # finds without importing
        if spec is None or spec.origin is None:
            text = _("{name} is needed by this assignment and is not installed.")
            raise BadAssignmentError(text.format(name=name), hint=f"pip install {name}")
        folders[str(Path(spec.origin).parents[1 if spec.submodule_search_locations else 0])] = None
    return WorkerSpec(tuple(imports), tuple(folders), tuple(without), tuple(canary))


class EndedError(Exception):
    """The worker is gone, or what it sends can't be used. `how` is «timeout», «memory», «crashed» or «lost».

    A timeout knows the limit that was exceeded. What is lost was ended by nobody's code: the zygote is gone, too.
    """

    def __init__(self, how: str, detail: str = "", overrun: Overrun | None = None) -> None:
        super().__init__(f"{how} {detail}".strip())
        self.how, self.detail, self.overrun = how, detail, overrun


class Output:
    """What a submission printed: its beginning, and how much there was."""

    def __init__(self, bound: int) -> None:
        self.bound, self.kept, self.size = bound, bytearray(), 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self.kept += data[: max(0, self.bound - len(self.kept))]

    def take(self) -> tuple[str, bool]:
        """The text since the last call, and whether some of it was dropped."""
        text, cut = self.kept.decode("utf-8", "replace"), self.size > len(self.kept)
        self.kept, self.size = bytearray(), 0
        return text, cut


class Worker(ABC):
    """One process that runs one submission's code, and the clock that counts its time."""

    clock: Clock = NoClock()

    def __init__(self, output_bound: int, reply_bound: int) -> None:
        self.output, self.reply_bound = Output(output_bound), reply_bound

    @abstractmethod
    def exchange(self, message: bytes, budget: TimeBudget) -> bytes:
        """Send one message and return its reply, as long as there is time for it."""

    @abstractmethod
    def end(self) -> str:
        """Kill it and all processes that it started, and wait until none is left; how it ended, in a word."""


class ProcessWorker(Worker):
    """What the workers in a process of their own have in common."""

    ended: str | None = None

    def exchange(self, message: bytes, budget: TimeBudget) -> bytes:
        if self.ended is not None:
            raise EndedError("crashed", self.ended)
        if self._has_replied():  # before it was asked
            self._drop("crashed", "a reply before its request")
        self._send(HEADER.pack(len(message)) + message)
        return self._frame(budget)

    def greeting(self, seconds: float) -> bytes:
        """The first frame, which the worker sends without being asked once it is locked down; our own work so far.

        `seconds` are its own, of a processor: on a busy machine it is only slow.
        """
        try:
            return self._frame(TimeBudget(seconds, self.clock))
        except EndedError as error:
            reason = self.output.take()[0].strip() or str(error)
            raise OurFaultError(_("A worker could not be closed off: {reason}").format(reason=reason)) from error

    def _frame(self, budget: TimeBudget) -> bytes:
        """One frame from the worker."""
        reply, length = bytearray(), -1
        budget.begin_wait()
        while len(reply) != length:
            if reply:  # it comes in pieces, and may do so for good
                self._look(budget)
            data = self._receive(budget)
            if not data:
                self._drop("crashed", "" if self._ends_by_itself() else "closed its side of the bridge")
            reply += data
            if length < 0 and len(reply) >= HEADER.size:
                length = HEADER.unpack_from(reply)[0] + HEADER.size
                if length > self.reply_bound:
                    self._drop("crashed", "a reply longer than allowed")
            if 0 <= length < len(reply):
                self._drop("crashed", "more than one reply")
        return bytes(memoryview(reply)[HEADER.size :])

    def _drop(self, how: str, detail: str = "", overrun: Overrun | None = None) -> NoReturn:
        ended = self.end()
        if how == "crashed":
            how = {OUT_OF_MEMORY: "memory", ZYGOTE_LOST: "lost"}.get(ended, how)
        raise EndedError(how, detail or ended, overrun)

    def _look(self, budget: TimeBudget) -> None:
        """End the worker where its time is over, if it is time to look."""
        if not budget.patience and (overrun := budget.look()) is not None:
            self._drop("timeout", overrun=overrun)

    @abstractmethod
    def _has_replied(self) -> bool:
        """Whether something came that nobody has read."""

    @abstractmethod
    def _send(self, frame: bytes) -> None:
        """Begin to send a frame."""

    @abstractmethod
    def _receive(self, budget: TimeBudget) -> bytes:
        """The next bytes of a reply; none where no more will come."""

    @abstractmethod
    def _ends_by_itself(self) -> bool:
        """Whether the process is gone, or about to be: its pipes close a moment before it does."""


class ForkedWorker(ProcessWorker):
    """A worker forked from the zygote: two pipes for the bridge, one for what it prints.

    `finish` has the zygote kill what is left of it, and says how it ended.
    """

    clock: WorkerClock

    def __init__(
        self,
        finish: Callable[[], str],
        clock: WorkerClock,
        pidfd: int | None,
        pipes: Sequence[int],
        output_bound: int,
        reply_bound: int,
    ) -> None:
        super().__init__(output_bound, reply_bound)
        self.finish, self.pidfd = finish, pidfd
        self.clock = clock
        self.too_large: Callable[[], bool] | None = None  # asked now and then, where memory is watched from outside
        self.requests, self.replies, self.printed = pipes
        self.send_waiting = memoryview(b"")
        self.asks_for_room = False  # whether the poll looks for room in the pipe of requests
        self.early = select.poll()
        self.early.register(self.replies, select.POLLIN)
        self.poll = select.poll()
        for fd in (self.replies, self.printed, *([] if pidfd is None else [pidfd])):
            self.poll.register(fd, select.POLLIN)
        for fd in pipes:
            os.set_blocking(fd, False)

    def _has_replied(self) -> bool:
        return any(mask & select.POLLIN for _fd, mask in self.early.poll(0))

    def _send(self, frame: bytes) -> None:
        self.send_waiting = memoryview(frame)
        self._write()

    def _receive(self, budget: TimeBudget) -> bytes:
        """Its output is read meanwhile, so that neither waits for the other.

        What was printed before the reply is read by then: it was in its pipe first, so one poll showed both.
        """
        while True:
            events = self._wait(budget)
            if self.requests in events:
                self._write()
            if self.printed in events:
                self._drain(self.printed)
            if self.replies in events:
                if (data := self._read(self.replies)) is not None:
                    return data
            elif self.pidfd in events:  # dead, and nothing of a reply is left in the pipe
                return b""
            else:
                self._look(budget)

    def end(self) -> str:
        if self.ended is None:
            self._drain(self.printed)
            self.ended = ZYGOTE_LOST  # where `finish` fails
            try:
                self.ended = self.finish()
            finally:
                for fd in (self.requests, self.replies, self.printed, self.pidfd):
                    if fd is not None:
                        os.close(fd)
        return self.ended

    def _ends_by_itself(self) -> bool:
        if self.pidfd is None:
            return True
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(_LEAVING_MILLISECONDS))

    def _wait(self, budget: TimeBudget) -> set[int]:
        """What there is to do. A reply that is there is taken before anybody looks at the clock."""
        while True:
            seconds = budget.patience if self.too_large is None else min(budget.patience, _WATCH_SECONDS)
            if events := {fd for fd, _mask in self.poll.poll(seconds * 1000)}:
                return events
            if self.too_large is not None and self.too_large():
                self._drop("memory")
            self._look(budget)

    def _write(self) -> None:
        """Send as much of the message as the pipe takes; while something is left, the poll tells when there is room."""
        try:
            while self.send_waiting:
                self.send_waiting = self.send_waiting[os.write(self.requests, self.send_waiting) :]
        except (BlockingIOError, BrokenPipeError):  # a worker that is gone is seen by its replies
            self.poll.register(self.requests, select.POLLOUT)
            self.asks_for_room = True
        else:
            if self.asks_for_room:
                self.poll.unregister(self.requests)
                self.asks_for_room = False

    def _read(self, fd: int) -> bytes | None:
        try:
            return os.read(fd, CHUNK)
        except BlockingIOError:
            return None

    def _drain(self, fd: int) -> None:
        data = self._read(fd)
        if data:
            self.output.add(data)
        elif data == b"":
            with suppress(KeyError):  # the submission closed its standard output: nothing more will come
                self.poll.unregister(fd)


def status_text(status: int) -> str:
    """A wait status in words that are the same in every language."""
    if not os.WIFSIGNALED(status):
        return f"exit {os.WEXITSTATUS(status)}"
    number = os.WTERMSIG(status)
    return next((item.name for item in signal.Signals if item.value == number), f"signal {number}")

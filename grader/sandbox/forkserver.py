"""The judge's handle on its zygote."""

from __future__ import annotations

import array
import ctypes
import fcntl
import json
import os
import select
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from grader.assignment.manifest import Limits
from grader.errors import OurFaultError
from grader.files import writing_to
from grader.i18n import _
from grader.sandbox.budget import ASLEEP_FACTOR, TimeBudget, WorkerClock
from grader.sandbox.worker import COMMAND, OUT_OF_MEMORY, ZYGOTE_LOST, ForkedWorker, WorkerSpec, status_text
from grader.scratch import Scratch
from grader.worker.leftovers import empty

_PIPE_BYTES = 1 << 20  # an array of a megabyte in one go instead of sixteen changes of process
# For so long a zygote may do nothing before it is given up, and compute a tenth of that; one that stands in line for a
# processor of a busy machine is only slow.
_READY_SECONDS = 1000.0  # torch from a cold disk
_ANSWER_SECONDS = 60.0  # killing what is left takes milliseconds; a stopped zygote never answers
_GREETING_SECONDS = 10.0  # of a processor, until a worker is closed off
_CLAIM = "\0d2d-processor-"  # because of the zero it is no file
# The processors of this process before it has chosen one.
_PROCESSORS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else frozenset[int]()


class ForkServer:
    """A zygote. It starts at once, and is waited for when the first worker is asked for."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        self.layers: tuple[str, ...] = ()  # those of the last worker, which it named before any student's code ran
        self.required: tuple[str, ...] = ()  # a worker that lacks one of these layers is refused
        self.processor = Processor()
        # One folder for all workers to come: the kernel's rules for it can be made once instead of for each worker.
        self.scratch = Scratch("judge")
        with ExitStack() as on_failure:
            on_failure.callback(self.scratch.close)
            self._start()
            on_failure.pop_all()

    def _start(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with writing_to(place := self.scratch.path.parent):
            self.complaints = tempfile.TemporaryFile(dir=place)  # noqa: SIM115 — closed in _stop
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 — our own interpreter and file
                [*COMMAND, str(theirs.fileno())],
                env={},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.complaints,
                start_new_session=True,  # Ctrl-C in a terminal is for the judge alone
            )
        if not self.scratch.is_there:  # a zygote that ended removed it
            self._move()
        self.offered: dict[str, str | None] | None = None
        self._send({**asdict(self.spec), "home": self.home})

    @property
    def home(self) -> str:
        """The folder in which each worker gets its own."""
        return str(self.scratch.path)

    def _restart(self) -> None:
        self._stop()
        self._start()

    def survey(self) -> dict[str, str | None]:
        """Each layer that a worker could take on: None where the machine has it, else the reason why not."""
        if self.offered is None:
            try:
                ready, _none = self._receive(_READY_SECONDS)
            except OurFaultError:  # it may have been killed; whatever else it was happens once more
                self._restart()
                ready, _none = self._receive(_READY_SECONDS)
            self.offered = dict(ready["offered"])
            if ready["unreadable"]:
                self.offered["readable"] = str(ready["unreadable"])
        return self.offered

    def worker(self, limits: Limits, reply_bound: int) -> ForkedWorker:
        """A fresh worker in a scratch folder of its own; one at a time."""
        if self.process.poll() is not None:  # killed while nothing ran: nobody's fault
            self._restart()
        self.survey()
        self.processor.take(self.process.pid)
        with ExitStack() as on_failure:
            on_failure.callback(self.end)
            worker, pid = self._fork(limits, reply_bound)
            on_failure.pop_all()
            on_failure.callback(worker.end)
            self.layers = ("process", *json.loads(worker.greeting(_GREETING_SECONDS))["layers"])
            if missing := [name for name in self.required if name not in self.layers]:
                text = _("A worker started without {names}, which the one before it had.")
                hint = _("`d2d doctor` shows what this machine offers.")
                raise OurFaultError(text.format(names=", ".join(missing)), hint=hint)
            on_failure.pop_all()
        if "seccomp" not in self.layers:  # then it can start processes
            worker.clock.family = partial(seconds_below, self.process.pid, pid)
        if "seccomp" not in self.layers and "cgroup" not in self.layers:
            worker.too_large = self._watch(pid, limits.memory_mb << 20)
        return worker

    def _fork(self, limits: Limits, reply_bound: int) -> tuple[ForkedWorker, int]:
        """A worker that the zygote has just forked, and its pid."""
        scratch = Path(self.home, "work")
        with writing_to(scratch):
            os.mkdir(scratch.name, 0o700, dir_fd=self.scratch.descriptor)
        with ExitStack() as ours, ExitStack() as theirs:
            ends: dict[ExitStack, list[int]] = {ours: [], theirs: []}
            for to_worker in (True, False, False):
                for end, fd in zip((theirs, ours) if to_worker else (ours, theirs), os.pipe(), strict=True):
                    end.callback(os.close, fd)
                    ends[end].append(fd)
            with suppress(OSError):  # unprivileged users have a quota of pipe pages; the smaller pipe only costs time
                for fd in ends[theirs][:2]:
                    fcntl.fcntl(fd, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE_BYTES)
            self._send({"fork": limits.for_worker(str(scratch))}, ends[theirs])
            theirs.close()
            message, pidfds = self._receive(_ANSWER_SECONDS)
            ours.pop_all()  # from here on the worker closes them
        pidfd = pidfds[0] if pidfds else None
        pid = message["pid"]
        return ForkedWorker(self.end, WorkerClock(pid), pidfd, ends[ours], limits.output_kb << 10, reply_bound), pid

    def _watch(self, worker: int, budget: int) -> Callable[[], bool]:
        """Whether a worker and the processes that it started hold too much memory together.

        Only needed where a worker can start processes, each with its own RLIMIT_AS, and no control group counts them.
        They are below the zygote, which adopts orphans. A process that has just started holds what it shares with the
        zygote, so that much is not counted.
        """
        zygote, share = self.process.pid, memory_of(worker)
        return lambda: memory_of(zygote, share) > budget

    @property
    def tier(self) -> str:
        """`staff` once hidden cases may be judged here, else `local`."""
        return "staff" if self.required else "local"

    def end(self) -> str:
        """Have the zygote kill what is left of the worker; how the worker ended."""
        try:
            self._send({"end": True})
            message, _none = self._receive(_ANSWER_SECONDS)
            ended = OUT_OF_MEMORY if message["out_of_memory"] else status_text(message["status"])
        except OurFaultError:
            # Where no layer forbids it, a submission can kill or stop the zygote. That counts as a crash of its own,
            # and the next submission gets a new zygote; if that can't be started either, the fault is ours.
            self._restart()
            ended = ZYGOTE_LOST
        self._sweep()
        self.processor.leave()
        return ended

    def _sweep(self) -> None:
        """Empty the folder of the workers; where that fails, or it has another name, they get another.

        A later start sweeps the one before.
        """
        try:
            empty(self.scratch.descriptor)
            is_clean = self.scratch.is_there
        except OSError:
            is_clean = False
        if not is_clean:
            self._stop()
            self._move()
            self._start()

    def _move(self) -> None:
        self.scratch.close()
        self.scratch = Scratch("judge")

    def close(self) -> None:
        """End the zygote, and with it every worker."""
        self.processor.leave()
        self._stop()
        self.scratch.close()

    def _stop(self) -> None:
        self.control.close()  # the zygote sees the end of the socket, kills its workers and leaves
        try:
            self.process.wait(_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.complaints.close()

    def _send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self.control.sendmsg([json.dumps(message).encode()], rights)
        except OSError as error:
            raise self._lost() from error

    def _receive(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        """The zygote's answer, and the descriptors that come with it."""
        budget = TimeBudget(seconds / ASLEEP_FACTOR, WorkerClock(self.process.pid))
        budget.begin_wait()
        answers = select.poll()
        answers.register(self.control, select.POLLIN)
        while not answers.poll(1000 * budget.patience):
            if budget.look() is not None:
                raise self._lost()
        try:
            data, descriptors, _flags, _address = socket.recv_fds(self.control, 1 << 20, 4)
        except OSError as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        return json.loads(data), descriptors

    def _lost(self) -> OurFaultError:
        self.complaints.seek(0)
        lines = self.complaints.read().decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else _("it said nothing")
        text = _("The process that workers start from could not be used: {reason}")
        return OurFaultError(text.format(reason=reason), hint=_("`d2d doctor` shows what this machine offers."))


def memory_of(pid: int, share: int = 0) -> int:
    """Bytes of anonymous memory of a process and all below it, 0 once it is gone (man 5 proc_pid_statm).

    This is for where no control group counts it. It sees only what is there at the moment: RLIMIT_AS in the worker is
    what stops a sudden growth. `share` is taken off for each process: the pages that it shares with the zygote would be
    counted in every one.
    """
    held = 0
    with suppress(FileNotFoundError, ProcessLookupError):
        _size, resident, shared = map(int, Path(f"/proc/{pid}/statm").read_bytes().split()[:3])
        held = max(0, (resident - shared) * os.sysconf("SC_PAGE_SIZE") - share)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()
        held += sum(memory_of(int(child), share) for child in children)
    return held


def seconds_below(pid: int, but: int) -> float:
    """Processor seconds of all processes below one, and of those that they waited for; not what `but` used itself."""
    seconds = 0.0
    with suppress(FileNotFoundError, ProcessLookupError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split():
            times = Path(f"/proc/{int(child)}/stat").read_bytes().rpartition(b")")[2].split()[11:15]
            own = 2 if int(child) == but else 0  # the first two of: user, system, and both of what was waited for
            seconds += sum(map(int, times[own:])) / os.sysconf("SC_CLK_TCK") + seconds_below(int(child), but)
    return seconds


class Processor:
    """One processor for a judge and its worker, which work by turns: neither takes time from the other.

    On two processors, each request would wake one that has just gone to sleep: in a virtual machine that takes longer
    than most requests do, and both lose what their caches held. Two judges on one processor would each be half as fast,
    so each judge claims its own.
    """

    def __init__(self) -> None:
        self.claim: socket.socket | None = None

    def take(self, zygote: int) -> None:
        """Keep this thread, and the workers that the zygote will fork, on a processor that no other judge has.

        Where none is free, everything stays as it is. The one on which this thread runs now is tried first.
        """
        self.leave()
        if len(_PROCESSORS) < 2:
            return
        with suppress(OSError, AttributeError):  # where it can't be done, everything takes a little longer
            here = ctypes.CDLL(None).sched_getcpu()
            for processor in sorted(_PROCESSORS, key=lambda processor: processor != here):
                if self._claims(processor):
                    os.sched_setaffinity(zygote, {processor})
                    os.sched_setaffinity(0, {processor})
                    return
            os.sched_setaffinity(zygote, _PROCESSORS)  # it may still be where an earlier worker was

    def leave(self) -> None:
        """Let the system decide again where this thread runs."""
        if self.claim is not None:
            self.claim.close()
            self.claim = None
            with suppress(OSError):
                os.sched_setaffinity(0, _PROCESSORS)

    def _claims(self, processor: int) -> bool:
        """Whether this process now has the name of a processor, which one process has at a time and while it lives."""
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"{_CLAIM}{processor}")
        except OSError:
            claim.close()
            return False
        self.claim = claim
        return True

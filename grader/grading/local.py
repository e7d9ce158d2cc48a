"""The local engine: judges in processes of this machine, each at a bench of its own."""

from __future__ import annotations

import ctypes
import errno
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from grader import i18n
from grader.assignment.manifest import Assignment
from grader.errors import D2DError, OurFaultError
from grader.grading import Done, Lost, Setting, Task
from grader.grading.memory import JudgeMemory
from grader.i18n import _
from grader.sandbox.budget import ASLEEP_FACTOR
from grader.scratch import sweep_scratch

_TRIES = 3  # judges in a row that can't be started
_MOST_LOST = 10  # a task whose judge is lost gets another, after the others; one that loses so many is given up
_MOST_KILLED = 20  # judges in a row that the machine killed before they were ready, as one does that lacks memory
_PAUSE_SECONDS = 0.5  # before a judge is started again for which there was no room
_READY = "ready"
_PR_SET_PDEATHSIG = 1
# What a judge may take beside the submission's own time: for the reference, hints and fresh workers.
_GRACE_SECONDS = 120.0
# A judge is taken for stuck after so many times that, because a submission may sleep, is asked twice, and a machine may
# be busy.
_PATIENCE = 2 * ASLEEP_FACTOR


@dataclass
class _Judge:
    """A judge's process as the engine sees it."""

    connection: Connection
    process: SpawnProcess
    ready: bool = False
    task: Task | None = None
    until: float = float("inf")

    def give(self, task: Task, seconds: float) -> None:
        self.task, self.until = task, time.monotonic() + seconds
        with suppress(BrokenPipeError):  # the judge is gone, which shows when its connection is read
            self.connection.send(task)

    def end(self, *, at_once: bool) -> None:
        """Wait for it to leave; `at_once` without asking it first. Its zygote leaves when it sees nobody above it."""
        if at_once:
            self.process.kill()
        self.connection.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@dataclass
class LocalEngine:
    """Judges, `jobs` of them at a time, each started when there is work for it."""

    setting: Setting
    jobs: int
    judges: dict[Connection, _Judge] = field(default_factory=dict)
    not_started: int = 0  # judges in a row that ended before they were ready

    def judge(self, tasks: Iterable[Task]) -> Iterator[Done | Lost]:
        sweep_scratch()  # what a run that was killed has left, also where there is nothing left to judge
        source, again = iter(tasks), deque[Task]()
        tries: Counter[str] = Counter()
        try:
            more = True
            while more or self.judges:
                while more and ((idle := self._idle()) or len(self.judges) < self.jobs):
                    task = next(source, None) or (again.popleft() if again else None)
                    if task is None:
                        more = False
                    else:
                        (idle or self._start()).give(task, self._seconds)
                if not more:
                    self._dismiss()
                for judge in self._heard():
                    done = self._received(judge)
                    if isinstance(done, Task):
                        tries[done.key] += judge.ready
                        if tries[done.key] < _MOST_LOST:
                            again.append(done)
                            more = True
                        else:
                            yield Lost(done.key, _("its judge ended in the middle of the work, more than once"))
                    elif done is not None:
                        yield done
        finally:
            for judge in self.judges.values():
                judge.end(at_once=True)
            if self.judges:
                sweep_scratch()  # a judge that had only begun has nobody who removes its folder
            self.judges.clear()

    @property
    def _seconds(self) -> float:
        return _PATIENCE * (self.setting.assignment.limits.total_seconds + _GRACE_SECONDS)

    def _idle(self) -> _Judge | None:
        return next((judge for judge in self.judges.values() if judge.task is None), None)

    def _start(self) -> _Judge:
        """A new judge; where the machine has no room for one, it is tried again."""
        while True:
            try:
                return self._started()
            except OSError as error:
                self.not_started += 1
                if error.errno not in (errno.EAGAIN, errno.ENOMEM):
                    raise
                if self.not_started >= _MOST_KILLED:
                    what = _("A judge could not be started: {reason}.").format(reason=error.strerror)
                    raise OurFaultError(what, hint=_("`d2d doctor` shows what this machine offers.")) from error
                time.sleep(_PAUSE_SECONDS)

    def _started(self) -> _Judge:
        # Judges are started afresh: a fork of this process would take whatever threads and locks it has along.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_judge, args=(self.setting, theirs, os.getpid()), daemon=True)
        with theirs, ExitStack() as on_failure:
            on_failure.callback(ours.close)
            with (
                _interrupt_waits()
            ):  # Ctrl-C is for this process; a judge ignores it, and does so from its first moment
                process.start()
            on_failure.pop_all()
        self.judges[ours] = _Judge(ours, process)
        return self.judges[ours]

    def _dismiss(self) -> None:
        """End the judges that have nothing left to do."""
        for connection, judge in list(self.judges.items()):
            if judge.task is None:
                with suppress(BrokenPipeError):
                    connection.send(None)
                judge.end(at_once=False)
                del self.judges[connection]

    def _heard(self) -> list[_Judge]:
        """The judges that sent something; where none did in time, those that are taken for stuck."""
        if not self.judges:
            return []
        patience = max(0.0, min(judge.until for judge in self.judges.values()) - time.monotonic())
        ready = wait(list(self.judges), patience)
        heard = [judge for connection, judge in self.judges.items() if connection in ready]
        return heard or [judge for judge in self.judges.values() if judge.until <= time.monotonic()]

    def _received(self, judge: _Judge) -> Done | Lost | Task | None:
        """What a judge sent: a finished task, or None where it is only ready. Its own task if the judge is gone."""
        task = judge.task
        try:
            message = judge.connection.recv() if judge.connection.poll() else None
        except (EOFError, OSError):
            message = None
        if message == _READY:
            judge.ready, self.not_started = True, 0
            judge.until = time.monotonic() + self._seconds  # the task has its time from now on, however slow the start
            return None
        if isinstance(message, D2DError) and not isinstance(message, OurFaultError):
            raise message
        if isinstance(message, Done | Lost):
            judge.task, judge.until = None, float("inf")
            return message
        del self.judges[judge.connection]
        judge.end(at_once=True)
        self.not_started += not judge.ready
        told = message if isinstance(message, OurFaultError) else None
        is_killed = told is None and (judge.process.exitcode or 0) < 0
        if self.not_started >= (_MOST_KILLED if is_killed else _TRIES):
            what = _("A judge could not be started: it ended with {code}.").format(code=judge.process.exitcode)
            raise told or OurFaultError(what, hint=_("`d2d doctor` shows what this machine offers."))
        return task


def judge_all(assignment: Assignment, tasks: Iterable[Task], *, secret: bytes, jobs: int) -> Iterator[Done]:
    """Judge the author's own tasks by all cases, `jobs` at a time; reports come as they end."""
    for done in LocalEngine(Setting(assignment, secret, i18n.language()), jobs).judge(tasks):
        if isinstance(done, Lost):
            raise done.trouble or OurFaultError(_("A judge ended in the middle of its work."))
        yield done


@contextmanager
def _interrupt_waits() -> Iterator[None]:
    """Hold Ctrl-C back meanwhile, also in processes that are started; this process acts on it afterwards."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _judge(setting: Setting, connection: Connection, engine: int) -> None:
    """One judge's process: tasks in, reports out, until there are no more."""
    # A handler that does nothing, because a signal that is ignored here would be ignored in the workers too.
    from grader.grading.bench import open_bench  # pytest and NumPy, which whoever only hands out work does not need

    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    _die_with(engine)
    i18n.use(setting.language)

    with suppress(EOFError, BrokenPipeError):  # the engine is gone, so nobody wants the work
        try:
            with open_bench(setting) as bench:
                memory = JudgeMemory.now()
                memory.limit()
                connection.send(_READY)
                while (task := connection.recv()) is not None:
                    connection.send(bench.tried(task))
                    if memory.has_swollen():
                        break  # a fresh judge does the next task, also where this one was given it already
        except D2DError as error:
            connection.send(error)


def _die_with(engine: int) -> None:
    """End when the engine does, however that ends; where the system does not offer it, the pipe's end will tell."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != engine:
            os._exit(1)

"""Time that is the member's own: what is computed counts, and nothing that the machine does meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.bridge.session import Session, WorkerSource
from grader.sandbox import budget as module
from grader.sandbox.budget import NoClock, Overrun, TimeBudget, WorkerClock
from grader.sandbox.worker import EndedError
from tests.sandbox.sessions import LIMITS, loaded

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the time of other processes is read from Linux")


class HandClock:
    """A clock that is moved by hand."""

    seconds = waiting = 0.0

    def used(self) -> float:
        return self.seconds

    def queued(self) -> float:
        return self.waiting


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_no_grant_reaches_beyond_the_whole() -> None:
    clock = HandClock()
    budget = TimeBudget(10.0, clock)
    budget.grant(3.0)
    budget.begin_wait()
    clock.seconds = 3.0
    assert budget.look() == Overrun(3.0)
    budget.grant(20.0)
    assert budget.look() is None
    assert not budget.is_used_up
    clock.seconds = 10.0
    assert budget.look() == Overrun(10.0, whole=True)
    assert budget.is_used_up
    budget.renew()
    assert not budget.is_used_up


def test_the_time_of_one_worker_is_not_that_of_the_next() -> None:
    first, second = HandClock(), HandClock()
    budget = TimeBudget(10.0, first)
    second.seconds = 7.0  # its start is our own work
    first.seconds = 4.0
    budget.follow(second)
    first.seconds = 100.0
    assert budget.settle() == 4.0
    second.seconds = 8.0
    budget.follow(NoClock())
    assert budget.settle() == 5.0


def test_sleep_is_stopped_after_ten_times_the_limit(wall: list[float]) -> None:
    budget = TimeBudget(100.0, HandClock())
    budget.grant(1.0)
    budget.begin_wait()
    for looks in range(1000):
        wall[0] += budget.patience
        if (overrun := budget.look()) is not None:
            assert overrun == Overrun(10.0, asleep=True)
            assert looks * module._LOOK_SECONDS == pytest.approx(10.0, abs=1)
            return
    pytest.fail("it slept for ever")


def test_to_stand_in_line_for_a_processor_is_no_sleep(wall: list[float]) -> None:
    clock = HandClock()
    budget = TimeBudget(100.0, clock)
    budget.grant(1.0)
    budget.begin_wait()
    for _look in range(1000):
        clock.waiting += budget.patience
        wall[0] += budget.patience
        assert budget.look() is None


def test_a_machine_that_was_suspended_costs_one_look(wall: list[float]) -> None:
    budget = TimeBudget(100.0, HandClock())
    budget.grant(1.0)
    budget.begin_wait()
    for _look in range(10):
        wall[0] += 3600
        assert budget.look() is None


@LINUX
def test_the_clock_of_a_process_counts_what_it_computes_and_stays_when_it_is_gone() -> None:
    code = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        clock = WorkerClock(process.pid)
        assert process.stdout is not None
        process.stdout.readline()
        used = clock.used()
        assert used >= 0.3
        assert used - clock.used() <= 0  # it only waits now
        assert clock.queued() >= 0.0
    assert clock.used() >= used


@pytest.fixture
def busy_machine() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _cpu in range(2 * (os.cpu_count() or 1))]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


WORKS = (
    "import time\ndef f(seconds):\n    end = time.process_time() + seconds\n    while time.process_time() < end: pass\n"
)


@LINUX
@pytest.mark.usefixtures("busy_machine")
def test_an_answer_that_takes_its_time_on_a_busy_machine_is_taken(server: WorkerSource) -> None:
    kept, student = loaded(server, WORKS, replace(LIMITS, case_seconds=0.6))
    before = kept.budget.settle()
    assert student.f(0.4) is None
    assert 0.4 <= kept.budget.settle() - before < 0.6
    kept.drop()


def test_what_computes_too_long_is_stopped_by_what_it_used(server: WorkerSource) -> None:
    kept, student = loaded(server, WORKS, replace(LIMITS, case_seconds=0.3))
    with pytest.raises(EndedError) as caught:
        student.f(600.0)
    assert (caught.value.how, caught.value.overrun) == ("timeout", Overrun(0.3))
    assert kept.budget.settle() >= 0.3
    kept.drop()


@LINUX
def test_a_worker_that_was_stopped_and_goes_on_has_lost_nothing(server: WorkerSource) -> None:
    kept, student = loaded(server, WORKS, replace(LIMITS, case_seconds=0.5))
    pid = _pid(kept)
    os.kill(pid, signal.SIGSTOP)
    thread = threading.Timer(1.0, os.kill, (pid, signal.SIGCONT))
    thread.start()
    assert student.f(0.01) is None
    thread.join()
    kept.drop()


@LINUX
def test_a_reply_that_is_there_is_taken_before_anybody_looks_at_a_clock(server: WorkerSource) -> None:
    kept, student = loaded(server, "def f():\n    return 5\n", replace(LIMITS, case_seconds=0.2))
    send = kept._worker._send  # type: ignore[union-attr]

    def send_and_be_stopped(frame: bytes) -> None:
        send(frame)
        time.sleep(3.0)  # the judge had no processor for more than ten times the limit

    kept._worker._send = send_and_be_stopped  # type: ignore[union-attr, method-assign]
    assert student.f() == 5
    kept.drop()


def _pid(session: Session) -> int:
    assert session._worker is not None
    clock = session._worker.clock
    assert isinstance(clock, WorkerClock)
    return ~clock.clock >> 3

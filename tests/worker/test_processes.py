from __future__ import annotations

import os
import signal

import pytest

from grader.worker import processes
from tests.families import Family


def sleeper(below: int) -> int:
    """A process that waits, with so many others one below the other; all in sessions of their own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        for _ in range(below):
            if os.fork():
                break
            os.setsid()
        else:
            os.write(writing, b"x")
        signal.pause()
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    return pid


def test_everything_ends_with_the_worker(family: Family) -> None:
    worker = sleeper(3)
    assert len(family.members()) == 4
    assert os.WTERMSIG(processes.end_all(worker)) == signal.SIGKILL
    assert not family.members()


def test_the_status_of_a_worker_that_ended_by_itself(family: Family) -> None:
    worker = os.fork()
    if worker == 0:
        os._exit(7)
    os.waitid(os.P_PID, worker, os.WEXITED | os.WNOWAIT)
    assert os.waitstatus_to_exitcode(processes.end_all(worker)) == 7


def test_children_are_found_without_the_file_of_the_kernel(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = sleeper(0)
    assert worker in processes.living_children()

    def absent(*_arguments: object, **_options: object) -> None:
        raise FileNotFoundError

    real = open
    monkeypatch.setattr(processes, "open", lambda file, *args, **options: (
        absent() if str(file).endswith("children") else real(file, *args, **options)), raising=False)  # fmt: skip
    assert worker in processes.living_children()
    assert processes.parent_of(worker) == os.getpid()
    processes.end_all(worker)
    assert processes.parent_of(worker) == 0

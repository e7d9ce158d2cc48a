"""A zygote and its judge: either may be lost at any moment, and nothing stays behind."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.assignment.manifest import Limits
from grader.errors import OurFaultError
from grader.sandbox import start
from grader.sandbox.forkserver import ForkServer, memory_of
from grader.sandbox.worker import EndedError, ForkedWorker, worker_spec
from grader.worker.layers.compose import LAYERS
from tests.courses import more_of_the_same
from tests.families import Family
from tests.sandbox.sessions import LIMITS, loaded


class ElsewhereLimits(Limits):
    """Limits that send a worker to a scratch folder that is not there."""

    def for_worker(self, scratch: str) -> dict[str, Any]:
        return super().for_worker(scratch + "-elsewhere")


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def works(server: ForkServer) -> bool:
    worker = server.worker(LIMITS, 1 << 20)
    return worker.end() == "SIGKILL"


@pytest.fixture
def forks(scratch_home: Path, family: Family) -> Iterator[ForkServer]:
    """A fork server that has had a worker."""
    server = ForkServer(worker_spec(["numpy"]))
    assert works(server)
    yield server
    server.close()
    family.gone()
    assert server.home not in map(str, scratch_home.iterdir())


def stop(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote takes the request and never answers."""
    monkeypatch.setattr("grader.sandbox.forkserver._ANSWER_SECONDS", 0.5)
    os.kill(server.process.pid, signal.SIGSTOP)


def kill(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote ends between the look whether it is there and the request."""
    server.process.kill()
    server.process.wait()
    monkeypatch.setattr(server.process, "poll", lambda: None)


@pytest.mark.parametrize("lose", [stop, kill])
def test_a_fork_request_that_fails_leaves_nothing(
    forks: ForkServer, monkeypatch: pytest.MonkeyPatch, lose: Callable[[ForkServer, pytest.MonkeyPatch], None]
) -> None:
    before = descriptors()
    lose(forks, monkeypatch)
    with pytest.raises(OurFaultError):
        forks.worker(LIMITS, 1 << 20)
    monkeypatch.undo()
    assert works(forks)
    assert descriptors() == before


class InLine:
    """The clock of a process that stands in line for a processor all the time."""

    def __init__(self, _pid: int) -> None:
        self.seconds = itertools.count()

    def used(self) -> float:
        return 0.0

    def queued(self) -> float:
        return next(self.seconds)


def test_a_zygote_that_waits_for_a_processor_is_only_slow(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes: one that computes so long, or does nothing, is given up."""
    before = set(scratch_home.iterdir())  # PyTorch may have made a folder of its own
    monkeypatch.setattr("grader.sandbox.forkserver._READY_SECONDS", 0.02)
    server = ForkServer(worker_spec(["numpy"]))
    with pytest.raises(OurFaultError, match="could not be used"):
        server.survey()
    server.close()
    monkeypatch.setattr("grader.sandbox.forkserver.WorkerClock", InLine)
    server = ForkServer(worker_spec(["numpy"]))
    assert server.survey()
    server.close()
    assert set(scratch_home.iterdir()) == before


def test_a_worker_that_can_not_be_closed_off_leaves_nothing(forks: ForkServer) -> None:
    before = descriptors()
    for _ in range(2):
        with pytest.raises(OurFaultError, match="could not be closed off: the sandbox could not be closed"):
            forks.worker(ElsewhereLimits(), 1 << 20)
        assert list(Path(forks.home).iterdir()) == []
    assert descriptors() == before
    assert works(forks)


@pytest.mark.parametrize("greeting", [b"no JSON", b'{"layers": 1}', b"{}"])
def test_a_worker_whose_greeting_can_not_be_read_is_ended(
    forks: ForkServer, monkeypatch: pytest.MonkeyPatch, greeting: bytes
) -> None:
    before = descriptors()
    monkeypatch.setattr(ForkedWorker, "greeting", lambda _self, _deadline: greeting)
    with pytest.raises((ValueError, TypeError, KeyError)):
        forks.worker(LIMITS, 1 << 20)
    monkeypatch.undo()
    assert descriptors() == before
    assert works(forks)


CROWD = """
import os
import time

def crowd():
    for _ in range(10):
        if os.fork() == 0:
            held = bytearray(40 << 20)
            held[::4096] = b"x" * len(held[::4096])
            time.sleep(6000)
    time.sleep(6000)
"""


@pytest.mark.slow
def test_a_crowd_that_is_large_together_is_seen_from_outside(
    scratch_home: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing keeps a worker from forking, each process has its own limit; the judge adds them up."""
    limits = replace(LIMITS, memory_mb=64)
    for watched, how in ((True, "memory"), (False, "timeout")):
        if not watched:
            limits = replace(limits, case_seconds=0.3)
            monkeypatch.setattr("grader.sandbox.forkserver.memory_of", lambda *_arguments: 0)
        server = start(["numpy"], without=[name for name in LAYERS if name != "rlimits"])
        try:
            kept, student = loaded(server, CROWD, limits)
            with pytest.raises(EndedError) as error:
                student.crowd()
            assert error.value.how == how
            kept.drop()
        finally:
            server.close()
        family.gone()


def test_a_zygote_that_can_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: Family) -> None:
    (tmp_path / "brokenlib.py").write_text("raise RuntimeError('broken on purpose')\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    server = start(["brokenlib"])
    try:
        with pytest.raises(OurFaultError, match="broken on purpose"):
            server.worker(LIMITS, 1 << 20)
    finally:
        server.close()
    family.gone()


def test_a_judge_that_is_killed_while_its_zygote_starts_leaves_no_folder(tmp_path: Path, family: Family) -> None:
    (tmp_path / "slowlib.py").write_text("import time; time.sleep(0.5)\n", "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    code = "import os; from grader.sandbox import start; start(['numpy', 'slowlib']); os.kill(os.getpid(), 9)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), "TMPDIR": str(folder)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    family.gone()
    assert list(folder.iterdir()) == []


JUDGE = """
import sys, time
from grader.bridge.session import Session
from grader.bridge.student import Student
from grader.assignment.manifest import Limits
from grader.intake import Cell, Submission
from grader.sandbox import start

server = start(["numpy"], spawn={spawn})
source = '''{source}'''
limits = Limits(case_seconds=6000, total_seconds=6000)
session = Session(server, Submission("kim", "kim.py", (Cell("kim.py", source),), ""), limits)
transport = session.transport()
print("ready", flush=True)
session.budget.grant(6000)
Student(transport).f()
"""


@contextmanager
def judge_of(source: str, folder: Path, *, spawn: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A judge in a process of its own that calls `f` of this source."""
    judge = subprocess.Popen(
        [sys.executable, "-c", JUDGE.format(spawn=spawn, source=source)],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert judge.stdout is not None
    with judge.stdout:
        try:
            assert judge.stdout.readline() == b"ready\n"
            time.sleep(0.4)  # the call comes right after that line; no test hangs on whether it has
            yield judge
        finally:
            judge.kill()
            judge.wait()


@pytest.mark.parametrize("spawn", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["forked", "spawned"])
@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        *more_of_the_same(["time.sleep(6000)", "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(6000)"]),
    ],
    ids=["busy", "asleep", "deaf"],
)
def test_the_processes_die_with_the_judge(tmp_path: Path, family: Family, spawn: bool, body: str) -> None:
    source = f"import signal, time\ndef f():\n    {body}\n"
    with judge_of(source, tmp_path, spawn=spawn) as judge:
        assert len(family.members()) >= 2
        judge.kill()
        judge.wait()
        family.gone()


def test_a_daemon_dies_with_the_judge(tmp_path: Path, family: Family) -> None:
    source = (
        "import os, time\ndef f():\n    try:\n        if os.fork() == 0:\n            os.setsid()\n"
        "            if os.fork() == 0:\n                os.setsid()\n                time.sleep(6000)\n"
        "            os._exit(0)\n        os.wait()\n    except OSError:\n        pass\n"
        "    time.sleep(6000)\n"
    )
    with judge_of(source, tmp_path) as judge:
        judge.kill()
        judge.wait()
        family.gone()


def test_memory_of_a_tree_is_seen_and_gone_with_it() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork():
            signal.pause()
        held = bytearray(os.urandom(1 << 16)) * 512  # 32 MB in the grandchild
        os.write(writing, b"x" * bool(held))
        os.setsid()
        signal.pause()
    assert os.read(reading, 1) == b"x"
    seen, alone = memory_of(child), memory_of(os.getpid())
    os.kill(int(Path(f"/proc/{child}/task/{child}/children").read_bytes()), signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert seen > 32 << 20
    assert alone > 0
    assert memory_of(child) == 0


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no such thing here: a process may run anywhere")
def test_judges_have_a_processor_each_with_their_worker_for_as_long_as_there_is_one(
    scratch_home: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = os.sched_getaffinity(0)
    if len(every) == 1:
        pytest.skip("this machine has one processor")
    monkeypatch.setattr(
        "grader.sandbox.forkserver._CLAIM", f"\0d2d-test-{os.getpid()}-"
    )  # judges of other tests are at work too
    servers = [start(["numpy"]) for _number in range(len(every) + 1)]
    seen, hosts = [], []
    try:
        for server in servers:
            kept, student = loaded(server, "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
            seen.append(student.where())
            hosts.append(kept)
        assert sorted(seen[:-1]) == sorted([number] for number in every)
        assert os.sched_getaffinity(0) == set(seen[-2])  # the last one found none that was free
        hosts[0].drop()
        assert os.sched_getaffinity(0) == every
        kept, student = loaded(servers[0], "import os\ndef where(): return sorted(os.sched_getaffinity(0))")
        assert student.where() == seen[0]
    finally:
        for server in servers:
            server.close()
    assert os.sched_getaffinity(0) == every

"""A zygote, spoken to over its socket as a judge does."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from grader.assignment.manifest import Limits
from grader.sandbox.worker import WORKER_SCRIPT, worker_spec
from tests.families import Family

if sys.platform != "linux":
    pytest.skip("a zygote needs Linux", allow_module_level=True)


class Judge:
    """The other end of a zygote's socket."""

    def __init__(self, home: Path) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-I", "-S", WORKER_SCRIPT, str(theirs.fileno())]
            self.process = subprocess.Popen(command, env={}, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self.ready = self.ask({**asdict(worker_spec(["numpy"])), "home": str(home)})[0]

    def ask(self, message: dict[str, Any], fds: list[int] | None = None) -> tuple[dict[str, Any], list[int]]:
        socket.send_fds(self.control, [json.dumps(message).encode()], fds or [])
        data, descriptors, _flags, _address = socket.recv_fds(self.control, 1 << 20, 4)
        return json.loads(data), descriptors


@pytest.fixture
def judge(tmp_path: Path, family: Family) -> Iterator[Judge]:
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    judge = Judge(home)
    yield judge
    judge.control.close()
    assert judge.process.wait() == 0
    family.gone()
    assert not home.exists()


def test_it_says_what_the_machine_offers(judge: Judge) -> None:
    assert judge.ready["ready"] is True
    assert {"rlimits", "landlock", "seccomp"} <= set(judge.ready["offered"])


def test_it_forks_a_worker_and_tells_how_it_ended(judge: Judge, tmp_path: Path) -> None:
    pipes = [os.pipe() for _ in range(3)]
    theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
    limits = Limits().for_worker(str(tmp_path / "home" / "work"))
    started, pidfds = judge.ask({"fork": limits}, theirs)
    assert started["pid"] > 0
    assert len(pidfds) == 1
    assert judge.ask({"end": True})[0] == {"status": signal.SIGKILL, "out_of_memory": False}
    for fd in (*(fd for pipe in pipes for fd in pipe), *pidfds):
        os.close(fd)


def test_without_a_worker_there_is_nothing_to_end(judge: Judge) -> None:
    assert judge.ask({"end": True})[0] == {"status": 0, "out_of_memory": False}

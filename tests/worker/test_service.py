"""A worker that is an interpreter of its own, spoken to over standard streams; a zygote, spoken to over its socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from grader.assignment.manifest import Limits
from grader.sandbox.worker import WORKER_SCRIPT, worker_spec
from grader.worker.service import HEADER, read_frame, write_frame
from grader.worker.wire import decode, encode
from tests.families import Family


def test_it_answers_until_its_input_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", WORKER_SCRIPT, "-"]
    with subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        spec = {**asdict(worker_spec(["numpy"])), "limits": Limits().for_worker(str(tmp_path))}
        write_frame(process.stdin.fileno(), json.dumps(spec).encode())
        assert read_frame(process.stdout.fileno()) == b"{}"  # it has started
        write_frame(process.stdin.fileno(), encode((1, False, "define", "print('on the way')")))
        reply = read_frame(process.stdout.fileno())
        assert reply is not None
        assert decode(reply) == (1, "value", None)
        process.stdin.close()
        assert process.wait() == 0


def test_frames_come_as_they_were_sent() -> None:
    reading, writing = os.pipe()
    messages = [b"", b"one", bytes(3 << 20)]

    def send() -> None:
        for message in messages:
            write_frame(writing, message)
        os.close(writing)

    thread = threading.Thread(target=send)
    thread.start()
    assert [read_frame(reading) for _ in messages] == messages
    assert read_frame(reading) is None
    thread.join()
    os.close(reading)


def test_a_frame_that_breaks_off_is_no_message() -> None:
    reading, writing = os.pipe()
    os.write(writing, HEADER.pack(5) + b"abc")
    os.close(writing)
    assert not read_frame(reading)
    os.close(reading)


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
    if sys.platform != "linux":
        pytest.skip("a zygote needs Linux")
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

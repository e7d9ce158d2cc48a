"""A worker that is an interpreter of its own, spoken to over its standard streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from grader.assignment.manifest import Limits
from grader.sandbox.worker import WORKER_SCRIPT, worker_spec
from grader.worker.service import HEADER, read_frame, write_frame
from grader.worker.wire import decode, encode


def test_it_answers_until_its_input_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", WORKER_SCRIPT, "-"]
    with subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        spec = {**asdict(worker_spec(["numpy"])), "limits": Limits().for_worker(str(tmp_path))}
        write_frame(process.stdin.fileno(), json.dumps(spec).encode())
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

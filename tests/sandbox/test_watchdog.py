# The system calls themselves are what is tried here.
# ruff: noqa: PTH123
from __future__ import annotations

import os
import signal

from grader.sandbox import watchdog


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
    seen, alone = watchdog.memory_of(child), watchdog.memory_of(os.getpid())
    with open(f"/proc/{child}/task/{child}/children") as file:
        os.kill(int(file.read()), signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert seen > 32 << 20
    assert alone > 0
    assert watchdog.memory_of(child) == 0

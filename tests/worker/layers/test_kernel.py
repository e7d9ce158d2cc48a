from __future__ import annotations

import os
import re
import signal
import threading
from pathlib import Path

import pytest

from grader.worker.layers import kernel

from .conftest import in_child

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def test_a_failing_call_raises_with_its_name() -> None:
    with pytest.raises(OSError, match="umount2"):
        kernel.syscall("umount2", b"/nowhere", 0)


def test_a_refusal_tells_yes_no_and_dead() -> None:
    assert kernel.refusal(lambda: None) is None
    assert kernel.refusal(lambda: os.open("/nowhere", os.O_RDONLY)) == "/nowhere: No such file or directory"
    assert kernel.refusal(lambda: os.kill(os.getpid(), 9)) == "the process that tried it died"


def test_a_question_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_PROBE_SECONDS", 0.1)
    assert kernel.refusal(signal.pause) == "the process that tried it hung"


def test_a_clone_is_a_fork() -> None:
    outcome = in_child(lambda: [os.getppid(), threading.get_native_id() == os.getpid()], lambda: kernel.clone(0))
    assert outcome.value == [os.getpid(), True]


def test_a_clone_knows_its_own_thread() -> None:
    # pthread_kill uses the id that libc keeps: with the parent's it would miss, or hit the parent
    def action() -> None:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    assert in_child(action, lambda: kernel.clone(0)).signal == signal.SIGUSR1


def test_a_refused_clone_raises_and_leaves_no_child() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_bytes()
    with pytest.raises(OSError, match="clone"):
        kernel.clone(0x10000)  # CLONE_THREAD without the flags that it needs
    assert children.read_bytes() == before


@pytest.mark.parametrize("architecture", HEADERS)
def test_numbers_are_those_of_the_kernel_headers(architecture: str) -> None:
    header = HEADERS[architecture]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", header.read_text())
    theirs = {name: int(number) for name, number in reversed(found)}
    if architecture == "aarch64":
        theirs["newfstatat"] = theirs["fstatat"]
    ours = kernel.numbers(architecture)
    assert {name: theirs[name] for name in ours} == ours


def test_an_unknown_architecture_has_no_numbers() -> None:
    assert kernel.numbers("mips") == {}

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.worker.layers import syscalls

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("architecture", HEADERS)
def test_numbers_are_those_of_the_kernel_headers(architecture: str) -> None:
    header = HEADERS[architecture]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", header.read_text())
    theirs = {name: int(number) for name, number in reversed(found)}
    if architecture == "aarch64":
        theirs["newfstatat"] = theirs["fstatat"]
    ours = syscalls.numbers(architecture)
    assert {name: theirs[name] for name in ours} == ours


def test_an_unknown_architecture_has_no_numbers() -> None:
    assert syscalls.numbers("mips") == {}

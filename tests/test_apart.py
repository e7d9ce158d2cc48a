"""Work on a member's file in a process of its own: what it costs is bounded, and its end ends nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.apart import Apart
from grader.errors import BadInputError, FileError, OurFaultError
from grader.files import read_submitted
from grader.intake.read import read_submission, read_within_limits

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process can be limited so")
WITHOUT_END = ("(a+)+b", "a" * 60)  # what a regular expression never gets done with
LINES = 8 << 20


@pytest.fixture
def apart() -> Iterator[Apart]:
    with Apart(seconds=1) as process:
        yield process
    assert process._process is None


def test_one_process_for_many_calls_and_its_errors_are_the_functions_own(apart: Apart, tmp_path: Path) -> None:
    first = apart.call(os.getpid)
    with pytest.raises(FileError) as refusal:
        apart.call(read_submitted, tmp_path / "kim.py")
    assert (refusal.value.exit_code, refusal.value.where) == (2, str(tmp_path / "kim.py"))
    assert "in read_submitted" in refusal.value.trace
    with pytest.raises(OurFaultError, match=r"d2d itself failed: ValueError: invalid literal") as failure:
        apart.call(int, "x")
    assert "Traceback" in failure.value.trace
    apart.call(print, "what is printed is no answer")
    assert apart.call(os.getpid) == first != os.getpid()


def test_what_takes_too_long_or_too_much_is_refused_and_the_next_is_read(apart: Apart) -> None:
    with pytest.raises(BadInputError, match="more than 1 seconds of computing"):
        apart.call(re.fullmatch, *WITHOUT_END)
    assert apart.call(len, "abc") == 3
    if sys.platform == "linux":
        with pytest.raises(BadInputError, match="too much memory"):
            apart.call(bytes, 2 << 30)
    assert apart.call(len, "abc") == 3


def test_a_process_that_is_killed_is_nobody_s_fault(apart: Apart) -> None:
    for _time in range(3):
        os.kill(apart.call(os.getpid), signal.SIGKILL)
    assert apart.call(len, "abc") == 3
    with pytest.raises(OurFaultError, match="more than once"):
        apart.call(os._exit, 0)
    assert apart.call(len, "abc") == 3


def test_a_file_of_usual_size_is_read_without_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kim.py").write_text("x = 1\n", "utf-8")
    (tmp_path / "lee.py").write_text("x = 1\n" * 100_000, "utf-8")
    apart: list[str] = []
    monkeypatch.setattr(
        Apart, "call", lambda _self, function, path, *more: apart.append(path.name) or function(path, *more)
    )
    for name in ("kim.py", "lee.py"):
        assert read_within_limits(tmp_path / name, "hw1").member == name[:3]
    assert apart == ["lee.py"]


@pytest.mark.slow
@pytest.mark.parametrize("line", ["a" * 200 + "-?\n", "!x\n", "(", "x\n", "a?\n", "'\\", ">>> a\n"])
@pytest.mark.parametrize("ending", [".py", ".ipynb"])
def test_eight_megabytes_of_anything_are_read_or_refused(tmp_path: Path, line: str, ending: str) -> None:
    """Either way within five seconds of a processor: the system itself ends what takes longer."""
    source = ("!x\n" + line * (LINES // len(line)))[: LINES - 10]
    book = json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4})
    file = tmp_path / f"kim{ending}"
    file.write_text(source if ending == ".py" else book, "utf-8")
    with Apart() as apart:
        try:
            assert apart.call(read_submission, file, "hw1", ("f",)).member == "kim"
        except BadInputError as refusal:
            assert "5 seconds of computing" in refusal.what or "too much memory" in refusal.what  # noqa: PT017
        assert apart.call(len, "abc") == 3

"""The runs that the READMEs show are real ones."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```console\n\$ d2d (?P<command>.*)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)


def judged(text: str) -> str:
    """What is shown, but for the last line: which layers are active depends on the machine."""
    result, mark, _layers = text.rpartition("\n  sandbox:" if "\n  sandbox:" in text else "\n  샌드박스:")
    assert mark
    return result


@pytest.mark.parametrize(
    ("file", "language"), [("README.md", "en"), pytest.param("README.ko.md", "ko", marks=pytest.mark.slow)]
)
def test_the_run_in_the_readme_is_what_the_command_prints(file: str, language: str) -> None:
    blocks = list(BLOCK.finditer((ROOT / file).read_text("utf-8")))
    assert blocks
    for block in blocks:
        command = [sys.executable, "-m", "grader", *shlex.split(block["command"])]
        environment = {**os.environ, "LANGUAGE": "en", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
        assert judged(run.stdout) == judged(block["output"])
        assert run.returncode == 1


@pytest.mark.parametrize("file", ["README.md", "README.ko.md"])
def test_the_commands_that_set_up_are_targets(file: str) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"demo", "test", "lint", "bench"} <= set(targets)
    named = re.findall(r"\$ make (\w+)", (ROOT / file).read_text("utf-8"))
    assert named == ["demo", "test"]

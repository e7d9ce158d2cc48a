"""Who answers for the reference."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.bridge.student import Student
from grader.errors import BadAssignmentError
from grader.judge.reference import LiveReference, load_reference


def reference(folder: Path, source: str) -> Path:
    file = folder / "reference.py"
    file.write_text(source, "utf-8")
    return file


def test_each_case_begins_with_no_objects_and_the_same_ids(tmp_path: Path) -> None:
    live = LiveReference(reference(tmp_path, "class Thing:\n    pass\n"))
    ids = [Student(live.begin(case)).Thing()._d2d_target.id for case in ("first", "second")]
    assert ids == [1, 1]
    assert len(live.server.handles) == 1


@pytest.mark.parametrize("source", ["def f(:\n", "x = 1\n1 / 0\n"])
def test_a_reference_that_does_not_load_is_the_author_s_mistake(tmp_path: Path, source: str) -> None:
    file = reference(tmp_path, source)
    with pytest.raises(BadAssignmentError) as raised:
        load_reference(file)
    assert str(raised.value.where) == f"{file}:{source.count(chr(10))}"


def test_importing_it_changes_no_environment() -> None:
    code = "import os; before = dict(os.environ); import grader.judge.reference; assert dict(os.environ) == before"
    subprocess.run([sys.executable, "-c", code], check=True)

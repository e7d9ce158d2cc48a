"""A file of cases as a module of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.errors import BadAssignmentError
from grader.judge.casefile import load_module


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_files_of_an_assignment_share_a_module_and_leave_no_name_behind(tmp_path: Path) -> None:
    loaded = []
    for rows in (3, 4):
        folder = tmp_path / f"hw{rows}"
        write(folder, "inputs.py", f"ROWS = {rows}\n")
        loaded.append(load_module(write(folder, "test_public.py", "from inputs import ROWS\n"), folder))
    assert [module.ROWS for module in loaded] == [3, 4]
    assert "inputs" not in sys.modules


def test_a_name_that_is_in_use_already_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inputs", pytest)
    write(tmp_path, "inputs.py", "ROWS = 3\n")
    assert load_module(write(tmp_path, "test_public.py", "from inputs import ROWS\n"), tmp_path).ROWS == 3
    assert sys.modules["inputs"] is pytest


def test_a_class_of_a_case_file_knows_its_module(tmp_path: Path) -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Row:\n    n: int\n"
    assert load_module(write(tmp_path, "test_public.py", text), tmp_path).Row(2).n == 2


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("def f(:\n", "SyntaxError", ":1"),
        ("x = 1\n1 / 0\n", "ZeroDivisionError", ""),
        ("import nowhere\n", "nowhere", ""),
    ],
)
def test_what_does_not_load_is_said_with_its_place(tmp_path: Path, text: str, words: str, line: str) -> None:
    file = write(tmp_path, "test_public.py", text)
    with pytest.raises(BadAssignmentError, match=words) as caught:
        load_module(file, tmp_path)
    assert caught.value.where == f"{file}{line}"

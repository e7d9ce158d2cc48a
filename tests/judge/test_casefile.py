"""A file of cases as a module of its own."""

from __future__ import annotations

import enum
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.errors import BadAssignmentError
from grader.judge.casefile import load_module, parameter_sets


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


class Mode(enum.Enum):
    TRAIN = 1


def plain() -> None: ...


# Rows of every kind: what pytest calls them was looked up by running it (`test_ids_and_their_order` asks it again).
@pytest.mark.parametrize(
    ("names", "rows", "options", "labels"),
    [
        ("a", [1, 2.5, True, None, "x y"], {}, ["[1]", "[2.5]", "[True]", "[None]", "[x y]"]),
        ("a", [Mode.TRAIN, len, int, re.compile("a+")], {}, ["[Mode.TRAIN]", "[len]", "[int]", "[a+]"]),
        ("a", [[1], (2, 3), {}], {}, ["[a0]", "[a1]", "[a2]"]),
        ("a", ["한글", "a\nb"], {}, [r"[\ud55c\uae00]", r"[a\nb]"]),
        ("a, b", [(1, 2), (3, "x")], {}, ["[1-2]", "[3-x]"]),
        (("a", "b"), [((1, 2), None)], {}, ["[a0-None]"]),
        ("a", [1, 2], {"ids": ["one", None]}, ["[one]", "[2]"]),
        ("a", [1, 2], {"ids": lambda value: "two" if value == 2 else None}, ["[1]", "[two]"]),
        ("a", [pytest.param(1, id="first"), pytest.param(2)], {}, ["[first]", "[2]"]),
        ("a, b", [pytest.param(1, 2, id="both")], {}, ["[both]"]),
    ],
)
def test_labels_are_those_of_pytest(names: Any, rows: list[Any], options: dict[str, Any], labels: list[str]) -> None:
    def case(a: Any, b: Any = None) -> None: ...

    marked = pytest.mark.parametrize(names, rows, **options)(case)
    assert [label for label, _given in parameter_sets(marked, "here")] == labels


def test_decorators_multiply_and_the_lowest_one_varies_slowest() -> None:
    def case(a: int, b: str) -> None: ...

    marked = pytest.mark.parametrize("a", [1, 2])(pytest.mark.parametrize("b", ["x", "y"])(case))
    sets = parameter_sets(marked, "here")
    assert [label for label, _given in sets] == ["[x-1]", "[x-2]", "[y-1]", "[y-2]"]
    assert sets[1][1] == {"b": "x", "a": 2}


def test_a_case_without_parameters_is_called_once() -> None:
    assert parameter_sets(plain, "here") == [("", {})]


def test_a_mark_on_a_row_is_refused() -> None:
    def case(a: int) -> None: ...

    marked = pytest.mark.parametrize("a", [pytest.param(1, marks=pytest.mark.skip)])(case)
    with pytest.raises(BadAssignmentError, match="takes no marks") as caught:
        parameter_sets(marked, "here")
    assert caught.value.where == "here"

"""`parametrize` read as pytest reads it."""

from __future__ import annotations

import enum
import re
from typing import Any

import pytest

from grader.errors import BadAssignmentError
from grader.judge.parameters import parameter_sets


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

"""What a worker says while it loads a submission is data whose form is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from grader.bridge.remarks import remarks_of, steps_of
from grader.intake.submission import Cell
from grader.report.report import Where

CELLS = [Cell("kim.ipynb", "a = 1\nb = 2\n", 1), Cell("kim.ipynb", "c = 3\n", 2)]


def test_steps_that_are_there_in_their_order_and_once() -> None:
    assert steps_of([(1, 0), [0, 1], (1, 0)], [2, 1]) == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    "reply", [None, 7, "ab", [(0,)], [(0, 0, 0)], [(0, True)], [("0", 0)], [(2, 0)], [(0, 2)], [(-1, 0)], {(0, 0): 1}]
)
def test_no_other_steps(reply: Any) -> None:
    assert steps_of(reply, [2, 1]) == []


def test_a_remark_with_its_places() -> None:
    (remark,) = remarks_of([("redefined", "a", (0, 2), [(1, 1), (9, 9), "x"])], CELLS)
    assert (remark.kind, remark.name, remark.where) == ("redefined", "a", Where("kim.ipynb", 2, 1))
    assert remark.others == (Where("kim.ipynb", 1, 2),)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [()],
        [("redefined", "a", (0, 1))],
        [(1, "a", (0, 1), [])],
        [("k", "a", (7, 1), [])],
        [("k", 1, (0, 1), [])],
    ],
)
def test_no_other_remarks(reply: Any) -> None:
    assert remarks_of(reply, CELLS) == ()


def test_remarks_are_bounded() -> None:
    many = remarks_of([("redefined", "a" * 1000, (0, 1), [])] * 1000, CELLS)
    assert len(many) == 50
    assert {len(remark.name) for remark in many} == {100}

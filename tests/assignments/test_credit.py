"""What a misconception costs stands in assignments/README.md as it is measured, and half of a section is enough."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.course.course import find_course
from grader.judge.hints import read_misconceptions
from tests import credit
from tests.courses import ROOT
from tests.examples import examples

COURSE = find_course(ROOT)
WITH_TORCH = {"hw3", "hw4", "hw5"}
ALL = [pytest.param(hw, marks=pytest.mark.torch if hw in WITH_TORCH else ()) for hw in COURSE.ids()]


# All five take ten minutes: D2D_ALL_EXAMPLES=1 pytest -m slow tests/assignments/test_credit.py
@pytest.mark.slow
@pytest.mark.parametrize("hw", ALL[: examples(2, 5)])
def test_the_table_says_what_is_measured(hw: str) -> None:
    if hw in WITH_TORCH:
        pytest.importorskip("torch")
    written, measured = credit.written_lines(hw), credit.lines_of(COURSE.assignment(hw))
    assert written == measured, f"assignments/README.md is not up to date: run `python tests/credit.py {hw}`"


@pytest.mark.parametrize("hw", COURSE.ids())
def test_what_costs_more_than_half_has_a_reason(hw: str) -> None:
    """Read from the table alone; the slow test holds that against what is measured."""
    bold = [line for line in credit.written_lines(hw) if "**" in line]
    assert [line for line in bold if line.endswith("|  |")] == [], (
        f"cut these cases finer, or say in assignments/{hw}/{credit.REASONS} why the section is one idea; "
        f"then run `python tests/credit.py {hw}`"
    )


@pytest.mark.slow
@pytest.mark.parametrize("hw", ALL)
def test_a_reason_is_that_of_a_misconception(hw: str) -> None:
    if hw in WITH_TORCH:
        pytest.importorskip("torch")
    assignment = COURSE.assignment(hw)
    names = {misconception.id for misconception in read_misconceptions(assignment)}
    assert set(credit.reasons(assignment)) <= names


@pytest.mark.parametrize(("lost", "line"), [(3, "**3 of 5**"), ("5/2", "2.5 of 5")])
def test_more_than_half_is_bold(lost: int | str, line: str) -> None:
    cost = credit.Cost("name", "section", Fraction(lost), Fraction(5), Fraction(0))
    assert cost.is_above_half == line.startswith("**")
    assert f"| {line} |" in credit.line_of("hw1", cost, "")

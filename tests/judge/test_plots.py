"""The numbers of a plot: of public cases alone, few, finite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.judge.compare import close
from grader.judge.failure import CaseFailure
from grader.report.plot import MOST_VALUES, Kind, Plot
from grader.report.report import Verdict


def plot_of(actual: object, expected: object) -> Plot | None:
    with pytest.raises(CaseFailure) as failed:
        close(actual, expected)
    return failed.value.shown.plot


def test_arrays_in_their_order() -> None:
    expected = np.array([[1.0, 2.0], [3.0, 1 / 3]])
    assert plot_of(-expected, expected) == Plot(
        Kind.VALUES, (1.0, 2.0, 3.0, 0.333333), (-1.0, -2.0, -3.0, -0.333333), 4
    )


def test_what_is_not_finite_is_left_open() -> None:
    expected = np.array([1.0, 2.0, 3.0])
    assert plot_of(np.array([np.nan, np.inf, 1e308]), expected) == Plot(
        Kind.VALUES, (1.0, 2.0, 3.0), (None, None, None), 3
    )
    assert plot_of(expected, np.full(3, np.nan)) is None


def test_histories_are_curves_and_other_lists_are_not() -> None:
    assert plot_of([3.0, 2.5, 2.0], [3.0, 2.0, 1.0]) == Plot(Kind.CURVE, (3.0, 2.0, 1.0), (3.0, 2.5, 2.0), 3)
    assert plot_of([[3.0, 2.0, 2.0], True], [[3.0, 2.0, 1.0], True]) == Plot(
        Kind.CURVE, (3.0, 2.0, 1.0), (3.0, 2.0, 2.0), 3
    )
    assert plot_of([3.0, 2.5, 1], [3.0, 2.0, 1.0]) is None
    assert plot_of([True, False, True], [True, True, True]) is None


def test_too_little_to_see_is_not_drawn() -> None:
    assert plot_of(np.array([1.0, 2.0]), np.array([2.0, 1.0])) is None
    assert plot_of(2.0, 1.0) is None
    assert plot_of(np.zeros((3, 1)), np.zeros(3)) is None


def test_no_more_than_a_hundred_values() -> None:
    plot = plot_of(np.ones((40, 50)), np.zeros((40, 50)))
    assert plot is not None
    assert (len(plot.expected), len(plot.yours), plot.total) == (MOST_VALUES, MOST_VALUES, 2000)


HIDDEN = '''
from grader.judge import case, close


@case("mse", points=1, concept="value")
def test_double_hidden(student, reference, rng):
    """double, and nobody sees with what."""
    x = rng.normal(size=(4, 3))
    close(student.double(x), reference.double(x))
'''


def test_hidden_cases_have_none(bench: Callable[..., Any], new_course: Callable[..., Path]) -> None:
    report = bench(new_course(test_hidden=HIDDEN)).judge("def double(x): return x\n")
    public, hidden = (case for case in report.cases if "double" in case.id)
    assert (public.verdict, hidden.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert public.plot is not None
    assert public.plot.total == 12
    assert hidden.plot is None
    assert "plot" not in hidden.as_json()

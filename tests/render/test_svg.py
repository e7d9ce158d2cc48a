"""Pictures made of numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.render.page import templates
from grader.render.svg import PlotFrame
from grader.report.report import Kind, Plot

PICTURES: Any = templates().globals["svg"]


def test_a_bar_is_as_long_as_the_share() -> None:
    assert 'width="25.00"' in PICTURES.bar(Fraction(1, 2), 2)
    assert 'width="0.00"' in PICTURES.bar(0, 0)
    assert 'x1="60"' in PICTURES.bar(1, 2, 60)
    assert "short" in PICTURES.bar(1, 2, 60)
    assert "short" not in PICTURES.bar(2, 2)


def test_a_histogram_says_its_columns() -> None:
    picture = PICTURES.histogram([0] * 8 + [2, 3], 60)
    assert picture.count("<rect") == 10
    assert picture.count("below") == 6
    assert 'aria-label="80–89%: 2, 90–100%: 3"' in picture


def test_a_plot_shows_both_sides_and_says_what_is_not_finite() -> None:
    picture = PICTURES.plot(Plot(Kind.VALUES, (1.0, 2.0), (1.0, None), 5))
    assert picture.count('class="expected" cx') == 3  # two values and the key
    assert picture.count('class="gap"') == 1
    assert "the first 2 of 5 values" in picture
    assert "1 of yours is not finite" in picture


def test_a_curve_is_cut_where_a_value_is_not_finite() -> None:
    numbers = Plot(Kind.CURVE, (3.0, 2.0, 1.0, 0.0), (3.0, 2.0, None, 4.0), 4)
    curves = list(PlotFrame(numbers).curves())
    assert [(name, len(places)) for name, places in curves] == [("expected", 4), ("yours", 2), ("yours", 1)]
    picture = PICTURES.plot(numbers)
    assert picture.count("<polyline") == 3 + 2  # and the key
    assert picture.count('r="2"') == 1  # a line of one point can't be seen


def test_zero_has_a_line_where_there_is_room() -> None:
    assert PlotFrame(Plot(Kind.CURVE, (-1.0, 2.0), (0.0, 1.0), 2)).ticks() == [-1, 2, 0]
    assert PlotFrame(Plot(Kind.CURVE, (-0.01, 2.0), (0.0, 1.0), 2)).ticks() == [-0.01, 2]
    assert PlotFrame(Plot(Kind.CURVE, (2.0, 2.0), (2.0, 2.0), 2)).ticks() == [1, 3]

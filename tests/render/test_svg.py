"""Pictures made of numbers."""

from __future__ import annotations

from fractions import Fraction

from grader.render.svg import bar, histogram, plot
from grader.report.report import Kind, Plot


def test_a_bar_is_as_long_as_the_share() -> None:
    assert 'width="25.00"' in bar(Fraction(1, 2), 2)
    assert 'width="0.00"' in bar(0, 0)
    assert 'x1="60"' in bar(1, 2, 60)


def test_a_histogram_says_its_columns() -> None:
    picture = histogram([0] * 9 + [3], 60)
    assert picture.count("<rect") == 10
    assert 'aria-label="90–100%: 3"' in picture


def test_a_plot_shows_both_sides_and_says_what_is_not_finite() -> None:
    picture = plot(Plot(Kind.VALUES, (1.0, 2.0), (1.0, None), 5))
    assert picture.count('class="expected" cx') == 3  # two values and the key
    assert "the first 2 of 5 values" in picture
    assert "1 of yours is not finite" in picture

"""A report adds up its cases exactly."""

from __future__ import annotations

from fractions import Fraction

from grader.report.report import laid_out, number, total
from tests.made_reports import Make


def test_points_are_added_exactly() -> None:
    assert total([Fraction(1, 3)] * 3 + [Fraction(1, 2)]) == Fraction(3, 2)
    assert (number(Fraction(4)), number(Fraction(7, 2))) == (4, "7/2")


def test_what_follows_from_the_cases(make: Make) -> None:
    report = make("kim", points=41, of=50)
    assert (report.score, report.max_score, report.percent, report.complete) == (41, 50, 82, True)
    assert not make("kim", ungradable=True).complete
    assert laid_out(report.as_json()).count("\n") > len(report.as_json())

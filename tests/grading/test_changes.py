"""By how much a score moved between two reports, and by which cases."""

from __future__ import annotations

from fractions import Fraction

from grader.grading.changes import is_lower, score_change
from tests.made_reports import Make


def test_a_score_that_moved_names_its_cases(make: Make) -> None:
    change = score_change(make("kim", points=41), make("kim", points=30))
    assert change is not None
    assert (change.before, change.after) == (41, 30)
    assert sum((case.points for case in change.cases), Fraction(0)) == -11
    assert change.as_json()["by"] == -11


def test_the_same_score_is_no_change(make: Make) -> None:
    assert score_change(make("kim"), make("kim")) is None


def test_a_fault_of_ours_lowers_nothing(make: Make) -> None:
    assert is_lower(make("kim", points=41), make("kim", points=30))
    assert not is_lower(make("kim", points=41), make("kim", points=30, ungradable=True))

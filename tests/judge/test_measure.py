"""How far comparisons were from their tolerances."""

import math

import numpy as np
import pytest

from grader import close
from grader.judge.measure import Measure, comparison
from grader.judge.verdict import CaseFailure


def test_distances_are_counted_in_tolerances() -> None:
    """All of them, also behind a part that fails; infinities apart; none where a limit is the assignment's own."""
    with Measure() as measure:
        close([np.ones(2), np.array([1.0, np.inf])], [np.ones(2), np.array([1.0, np.inf])])
        with pytest.raises(CaseFailure):
            close([np.array([1.0]), np.array([0.0, 7.0])], [np.array([1.1]), np.zeros(2)], rtol=0, atol=0.1 / 3)
        with pytest.raises(CaseFailure):
            close(np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]))
        close(np.array(0.4), np.array(0.0), limit=0.5)
    assert measure.distances == [0.0, 0.0, pytest.approx(3.0), pytest.approx(210.0), np.inf]


def test_only_the_measure_that_is_entered_takes_distances() -> None:
    with Measure() as outer:
        with Measure() as inner:
            close(1.0, 1.0)
        close(1.0, 1.0)
    close(1.0, 1.0)
    assert (outer.distances, inner.distances) == ([0.0], [0.0])


def test_the_distance_of_a_case_is_its_greatest_or_infinite() -> None:
    measure = Measure()
    measure.distances += [0.5, 0.25]
    assert measure.distance(None) == 0.5
    assert measure.distance(CaseFailure("type")) == math.inf
    measure.distances.append(3.0)
    assert measure.distance(CaseFailure("values")) == 3.0


def test_a_comparison_of_its_own_hands_the_measure_on() -> None:
    @comparison
    def close_up_to_sign(measure: Measure | None, actual: float, expected: float) -> None:
        if measure is not None:
            measure.distances.append(abs(abs(actual) - abs(expected)))

    with Measure() as measure:
        close_up_to_sign(-1.0, 3.0)
    close_up_to_sign(-1.0, 3.0)
    assert measure.distances == [2.0]

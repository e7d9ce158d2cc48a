"""hw1, hidden cases: sigmoid at its edges."""

import numpy as np
from inputs import agree_and_leave_alone, agree_in_precision
from test_public import agree

from grader import case


@case("sigmoid", points=1, concept="overflow")
def test_sigmoid_far(student, reference, rng):
    """Sigmoid far from 0 is neither NaN nor infinite."""
    agree(student, reference, "sigmoid", np.append(rng.normal(size=3), [-1000.0, 1000.0])[:, None])


@case("sigmoid", points=1, concept="dtype")
def test_sigmoid_single(student, reference, rng):
    """Sigmoid keeps float32 and float64 what they are."""
    agree_in_precision(student, reference, "sigmoid", rng.normal(size=(3, 4)))


@case("sigmoid", points=1, concept="input-untouched")
def test_sigmoid_untouched(student, reference, rng):
    """Sigmoid leaves its input as it was."""
    agree_and_leave_alone(student, reference, "sigmoid", rng.normal(size=(1, 4)))

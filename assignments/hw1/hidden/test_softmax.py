"""hw1, hidden cases: softmax at its edges."""

import numpy as np
import pytest
from inputs import agree_and_leave_alone, agree_in_precision
from test_public import agree

from grader import case


@case("softmax", points=1, concept="overflow")
def test_softmax_far(student, reference, rng):
    """Softmax of logits in the thousands."""
    agree(student, reference, "softmax", 1000 + rng.normal(size=(4, 3)))


@case("softmax", points="1/2", concept="row-maximum")
@pytest.mark.parametrize(("high", "low"), [(0, -1000), (600, -600)])  # e^600 and e^-600 are still numbers
def test_softmax_uneven_rows(student, reference, rng, high, low):
    """Softmax of high rows and low rows together."""
    rows = np.array([[high], [low], [high], [low]])
    agree(student, reference, "softmax", rng.normal(size=(4, 3)) + rows)


@case("softmax", points="1/2", concept="last-axis")
def test_softmax_cube(student, reference, rng):
    """Softmax is over the last axis, however many there are."""
    agree(student, reference, "softmax", rng.normal(size=(2, 3, 4)))


@case("softmax", points="1/2", concept="single-class", needs=("test_softmax_value",))
def test_softmax_single_class(student, reference, rng):
    """Softmax of one class alone is certain."""
    agree(student, reference, "softmax", rng.normal(size=(4, 1)))


@case("softmax", points="1/2", concept="dtype")
def test_softmax_single(student, reference, rng):
    """Softmax keeps float32 and float64 what they are."""
    agree_in_precision(student, reference, "softmax", rng.normal(size=(4, 3)))


@case("softmax", points="1/2", concept="input-untouched")
def test_softmax_untouched(student, reference, rng):
    """Softmax leaves its input as it was."""
    agree_and_leave_alone(student, reference, "softmax", rng.normal(size=(4, 3)))

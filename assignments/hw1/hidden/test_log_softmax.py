"""hw1, hidden cases: log_softmax and its gradient at their edges."""

import numpy as np
from inputs import agree_and_leave_alone, agree_in_precision, both
from test_public import agree

from grader import case


@case("log_softmax", points=1, concept="log-of-zero")
def test_log_softmax_far(student, reference, rng):
    """log_softmax stays finite where softmax rounds to 0."""
    agree(student, reference, "log_softmax", rng.normal(size=(3, 3)) + np.array([1000.0, 0.0, -1000.0]))


@case("log_softmax", points=1, concept="row-maximum")
def test_log_softmax_uneven_rows(student, reference, rng):
    """log_softmax of rows near 0 and rows near -1000 together."""
    x = rng.normal(size=(4, 3)) + np.array([[0.0], [-1000.0], [0.0], [-1000.0]])
    agree(student, reference, "log_softmax", x)


@case("log_softmax", points=1, concept="overflow", needs="test_log_softmax_grad_derived")
def test_log_softmax_grad_far(student, reference, rng):
    """log_softmax_grad at logits in the thousands."""
    agree(student, reference, "log_softmax_grad", 1000 + rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))


@case("log_softmax", points="1/2", concept="single-class", needs=("test_log_softmax_value",))
def test_log_softmax_single_class(student, reference, rng):
    """log_softmax of one class alone is 0."""
    agree(student, reference, "log_softmax", rng.normal(size=(4, 1)))


NAMES = "log_softmax", "log_softmax_grad"
NEEDS = (), ("test_log_softmax_grad_derived",)


def cube(student, reference, rng, name):
    """log_softmax and its gradient are over the last axis, however many there are."""
    x, upstream = rng.normal(size=(2, 2, 3, 4))
    agree(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


test_log_softmax_cube, test_log_softmax_grad_cube = both(cube, "log_softmax", "last-axis", NAMES, NEEDS, points="1/4")


def single(student, reference, rng, name):
    """log_softmax and its gradient keep float32 and float64 what they are."""
    x, upstream = rng.normal(size=(2, 4, 3))
    agree_in_precision(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


test_log_softmax_single, test_log_softmax_grad_single = both(single, "log_softmax", "dtype", NAMES, NEEDS, points="1/4")


def untouched(student, reference, rng, name):
    """log_softmax and its gradient leave their inputs as they were."""
    x, upstream = rng.normal(size=(2, 1, 3))
    agree_and_leave_alone(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


test_log_softmax_untouched, test_log_softmax_grad_untouched = both(
    untouched, "log_softmax", "input-untouched", NAMES, NEEDS, points="1/4"
)

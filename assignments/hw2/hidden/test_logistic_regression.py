"""hw2, hidden cases: logistic_regression from its first step to points that are certain."""

import numpy as np
import pytest
from inputs import agree_by_default, agree_twice
from test_public import agree, fitted

from grader import case


def labelled(rng, n, d):
    return rng.normal(size=(n, d)), np.resize([1.0, 0, 0, 1, 0], n)


@case("logistic_regression", points="1/2", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 1), (7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_logistic_first_steps(student, reference, rng, n, d, steps):
    """logistic_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "logistic_regression", *labelled(rng, n, d), lr=0.4 / steps, steps=steps)


@case("logistic_regression", points="1/2", concept="defaults")
def test_logistic_defaults(student, reference, rng):
    """logistic_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points=1, concept="every-call-afresh")
def test_logistic_again(student, reference, rng):
    """logistic_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points=2, concept="overflow")
def test_logistic_certain(student, reference, rng):
    """logistic_regression: points of which the model is entirely sure, rightly or wrongly."""
    x, y = labelled(rng, 6, 2)
    agree(fitted, student, reference, "logistic_regression", 300 * x, y, lr=1.0, steps=3)

"""hw2, hidden cases: logistic_regression from its first step to points that are certain."""

import numpy as np
import pytest
from inputs import agree_by_default, agree_twice, heading
from test_public import agree, fitted, fitted_part

from grader import case


def labelled(rng, n, d):
    return rng.normal(size=(n, d)), np.resize([1.0, 0, 0, 1, 0], n)


@case("logistic_regression", points="5/2", concept="direction")
def test_logistic_direction(student, reference, rng):
    """logistic_regression: the first step changes the weights in the direction of steepest descent, however far."""
    agree(heading, student, reference, "logistic_regression", *labelled(rng, 7, 3))


@case("logistic_regression", points=1, concept="one-step")
def test_logistic_first_weights(student, reference, rng):
    """logistic_regression: the weights after one step."""
    agree(fitted_part, student, reference, 0, "logistic_regression", *labelled(rng, 7, 3), lr=0.4, steps=1)


@case("logistic_regression", points="1/2", concept="one-step")
def test_logistic_first_bias(student, reference, rng):
    """logistic_regression: the bias after one step."""
    agree(fitted_part, student, reference, 1, "logistic_regression", *labelled(rng, 7, 3), lr=0.4, steps=1)


@case("logistic_regression", points="1/4", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_logistic_first_steps(student, reference, rng, n, d, steps):
    """logistic_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "logistic_regression", *labelled(rng, n, d), lr=0.4 / steps, steps=steps)


@case("logistic_regression", points="1/4", concept="defaults")
def test_logistic_defaults(student, reference, rng):
    """logistic_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points="1/4", concept="every-call-afresh")
def test_logistic_again(student, reference, rng):
    """logistic_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "logistic_regression", *labelled(rng, 6, 2))


@case("logistic_regression", points="1/2", concept="overflow")
def test_logistic_certain(student, reference, rng):
    """logistic_regression: points of which the model is entirely sure, rightly or wrongly."""
    x, y = labelled(rng, 6, 2)
    agree(fitted, student, reference, "logistic_regression", 300 * x, y, lr=1.0, steps=3)

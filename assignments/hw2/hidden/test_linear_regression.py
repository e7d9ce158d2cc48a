"""hw2, hidden cases: linear_regression from its first step to the line of least squares."""

import numpy as np
import pytest
from inputs import agree_by_default, agree_twice, heading
from test_public import agree, fitted, fitted_part

from grader import case, close


def table(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=n) + 1


@case("linear_regression", points=2, concept="direction")
def test_linear_direction(student, reference, rng):
    """linear_regression: the first step changes the weights in the direction of steepest descent, however far."""
    agree(heading, student, reference, "linear_regression", *table(rng, 7, 3))


@case("linear_regression", points=1, concept="one-step")
def test_linear_first_weights(student, reference, rng):
    """linear_regression: the weights after one step."""
    agree(fitted_part, student, reference, 0, "linear_regression", *table(rng, 7, 3), lr=0.4, steps=1)


@case("linear_regression", points="1/2", concept="one-step")
def test_linear_first_bias(student, reference, rng):
    """linear_regression: the bias after one step."""
    agree(fitted_part, student, reference, 1, "linear_regression", *table(rng, 7, 3), lr=0.4, steps=1)


@case("linear_regression", points="1/4", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_linear_first_steps(student, reference, rng, n, d, steps):
    """linear_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "linear_regression", *table(rng, n, d), lr=0.4 / steps, steps=steps)


@case("linear_regression", points="1/4", concept="defaults")
def test_linear_defaults(student, reference, rng):
    """linear_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points="1/4", concept="every-call-afresh")
def test_linear_again(student, reference, rng):
    """linear_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points=1, concept="convergence")
def test_linear_least_squares(student, rng):
    """linear_regression: after many steps the line of least squares."""
    x, y = rng.normal(size=(6, 2)), rng.normal(size=6) + 1
    # Columns that are far from each other, so that steps of many lengths arrive
    x = 2 * np.linalg.qr(x - x.mean(axis=0))[0] + rng.uniform(0.1, 0.3, size=2)
    best = np.linalg.lstsq(np.column_stack([x, np.ones(6)]), y, rcond=None)[0]
    answer = fitted(student, "linear_regression", x, y, lr=0.1, steps=400)
    close(answer, [best[:2], float(best[2])], rtol=1e-3, atol=1e-3)

"""hw2, hidden cases: linear_regression from its first step to the line of least squares."""

import numpy as np
import pytest
from inputs import agree_by_default, agree_twice
from test_public import agree, fitted

from grader import case, close


def table(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=n) + 1


@case("linear_regression", points="1/2", concept="steps")
@pytest.mark.parametrize(("n", "d", "steps"), [(7, 3, 1), (7, 3, 2), (7, 3, 9), (1, 3, 4), (6, 1, 4)])
def test_linear_first_steps(student, reference, rng, n, d, steps):
    """linear_regression: the first steps, also with one row or one column."""
    agree(fitted, student, reference, "linear_regression", *table(rng, n, d), lr=0.4 / steps, steps=steps)


@case("linear_regression", points="1/2", concept="defaults")
def test_linear_defaults(student, reference, rng):
    """linear_regression: lr and steps are those of the handout, if nothing is said of them."""
    agree_by_default(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points=1, concept="every-call-afresh")
def test_linear_again(student, reference, rng):
    """linear_regression: every call starts from zero and leaves the tables as they were."""
    agree_twice(student, reference, "linear_regression", *table(rng, 6, 2))


@case("linear_regression", points=2, concept="convergence")
def test_linear_least_squares(student, rng):
    """linear_regression: after many steps the line of least squares."""
    x, y = table(rng, 20, 2)
    best = np.linalg.lstsq(np.column_stack([x, np.ones(20)]), y, rcond=None)[0]
    answer = fitted(student, "linear_regression", x, y, lr=0.15, steps=400)
    close(answer, [best[:2], float(best[2])], rtol=1e-3, atol=1e-3)

"""hw4, hidden cases: SGD."""

import numpy as np
from inputs import (
    ALL,
    RATES,
    agree,
    agree_and_leave_gradients,
    agree_apart,
    agree_generated,
    agree_on_shapes,
    agree_on_skipped,
    varying,
)

from grader import case, raises


@case("SGD", points="5/2", concept="state-per-parameter")
def test_sgd_shapes(student, reference, rng):
    """SGD with momentum keeps a velocity for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "SGD", lr=0.05, momentum=0.9, weight_decay=0.1)


@case("SGD", points=2, concept="dampening")
def test_sgd_dampening(student, reference, rng):
    """SGD's dampening, which spares the first gradient and does nothing without momentum."""
    for momentum in (0.9, 0.0):
        agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=momentum, dampening=0.4)


@case("SGD", points=1, concept="composition")
def test_sgd_all_options(student, reference, rng):
    """SGD with Nesterov's momentum and weight decay together."""
    agree(student, reference, "SGD", *varying(rng, 6, (3,)), lr=0.05, momentum=0.9, weight_decay=0.4, nesterov=True)


@case("SGD", points=2, concept="lr-changes")
def test_sgd_rates_set(student, reference, rng):
    """SGD with momentum follows lr when it is set anew during the run."""
    agree(student, reference, "SGD", *varying(rng, 7, (3,)), rates=RATES, lr=0.04, momentum=0.9)


@case("SGD", points=2, concept="no-gradient")
def test_sgd_skips(student, reference, rng):
    """SGD leaves a parameter alone that has no gradient, momentum and weight decay notwithstanding."""
    agree_on_skipped(student, reference, rng, "SGD", lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.4)


@case("SGD", points=2, concept="gradient-untouched")
def test_sgd_leaves_gradients(student, reference, rng):
    """SGD leaves the gradients as they were, with momentum and weight decay."""
    agree_and_leave_gradients(student, reference, rng, "SGD", lr=0.05, momentum=0.9)
    agree_and_leave_gradients(student, reference, rng, "SGD", lr=0.05, momentum=0.9, weight_decay=0.4)


@case("SGD", points=1, concept="state-per-optimizer")
def test_sgd_apart(student, reference, rng):
    """Two SGD optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "SGD", lr=0.05, momentum=0.9)


@case("SGD", points=1, concept="small-gradients")
def test_sgd_small(student, reference, rng):
    """SGD adds up fifty small steps, with its own default lr as well."""
    steps = [[0.01 * rng.normal(size=3) + 0.01] for _ in range(50)]
    for options in ({"lr": 0.1, "momentum": 0.9}, {}):
        agree(student, reference, "SGD", [np.zeros(3)], steps, every=10, strict=ALL, **options)


@case("SGD", points=1, concept="wrong-options")
def test_sgd_refuses(student, reference, rng):
    """SGD refuses Nesterov without momentum, or with dampening."""
    agree(student, reference, "SGD", *varying(rng, 3, (3,)), lr=0.05, momentum=0.9, nesterov=True)
    p = student.live.tensor(rng.normal(size=3), requires_grad=True)
    with raises(ValueError):
        student.live.SGD([p], lr=0.1, nesterov=True)
    with raises(ValueError):
        student.live.SGD([p], lr=0.1, momentum=0.9, dampening=0.1, nesterov=True)


@case("SGD", points="1/2", concept="generator")
def test_sgd_generator(student, reference, rng):
    """SGD may be given its parameters by a generator."""
    agree_generated(student, reference, rng, "SGD", lr=0.05, momentum=0.9)

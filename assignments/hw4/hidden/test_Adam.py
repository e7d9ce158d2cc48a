"""hw4, hidden cases: Adam."""

from inputs import (
    ALL,
    RATES,
    agree,
    agree_and_leave_gradients,
    agree_apart,
    agree_generated,
    agree_on_cleared,
    agree_on_shapes,
    agree_on_skipped,
    agree_on_small,
    varying,
)

from grader import case


@case("Adam", points=2, concept="state-per-parameter")
def test_adam_shapes(student, reference, rng):
    """Adam keeps averages and a count of steps for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "Adam", lr=0.05)


@case("Adam", points=2, concept="eps")
def test_adam_eps(student, reference, rng):
    """Adam adds eps to the root of the corrected average."""
    agree(student, reference, "Adam", *varying(rng, 6, (3,)), lr=0.05, eps=0.5)


@case("Adam", points=1, concept="betas")
def test_adam_betas(student, reference, rng):
    """Adam uses either beta where it belongs."""
    agree(student, reference, "Adam", *varying(rng, 6, (3,)), lr=0.05, betas=(0.6, 0.8), strict=ALL)


@case("Adam", points=1, concept="lr-changes")
def test_adam_rates_set(student, reference, rng):
    """Adam follows lr when it is set anew during the run."""
    agree(student, reference, "Adam", *varying(rng, 7, (3,)), rates=RATES, lr=0.04)


@case("Adam", points=2, concept="no-gradient")
def test_adam_skips(student, reference, rng):
    """Adam leaves a parameter alone that has no gradient, and does not count that step for it."""
    agree_on_skipped(student, reference, rng, "Adam", lr=0.05)


@case("Adam", points="3/2", concept="gradient-untouched")
def test_adam_leaves_gradients(student, reference, rng):
    """Adam leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "Adam", lr=0.05, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "Adam", lr=0.05, weight_decay=0.4)


@case("Adam", points=2, concept="small-gradients")
def test_adam_small(student, reference, rng):
    """Adam over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "Adam", 1e-8)


@case("Adam", points=1, concept="state-per-optimizer")
def test_adam_apart(student, reference, rng):
    """Two Adam optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "Adam", lr=0.05)


@case("Adam", points="1/2", concept="generator")
def test_adam_generator(student, reference, rng):
    """Adam may be given its parameters by a generator."""
    agree_generated(student, reference, rng, "Adam", lr=0.05)

"""hw4, hidden cases: Adagrad."""

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


@case("Adagrad", points=1, concept="state-per-parameter")
def test_adagrad_shapes(student, reference, rng):
    """Adagrad keeps a sum for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "Adagrad", lr=0.1)


@case("Adagrad", points=1, concept="eps")
def test_adagrad_eps(student, reference, rng):
    """Adagrad adds eps to the root, not under it."""
    agree(student, reference, "Adagrad", *varying(rng, 6, (3,)), lr=0.1, eps=0.5)


@case("Adagrad", points="1/2", concept="lr-changes")
def test_adagrad_rates_set(student, reference, rng):
    """Adagrad follows lr when it is set anew during the run."""
    agree(student, reference, "Adagrad", *varying(rng, 7, (3,)), rates=RATES, lr=0.04)


@case("Adagrad", points=1, concept="no-gradient")
def test_adagrad_skips(student, reference, rng):
    """Adagrad leaves a parameter alone that has no gradient."""
    agree_on_skipped(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)


@case("Adagrad", points=1, concept="gradient-untouched")
def test_adagrad_leaves_gradients(student, reference, rng):
    """Adagrad leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "Adagrad", lr=0.1, weight_decay=0.4)


@case("Adagrad", points="1/2", concept="small-gradients")
def test_adagrad_small(student, reference, rng):
    """Adagrad over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "Adagrad", 1e-10, strict=ALL)


@case("Adagrad", points="1/2", concept="generator")
def test_adagrad_generator(student, reference, rng):
    """Adagrad may be given its parameters by a generator."""
    agree_generated(student, reference, rng, "Adagrad", lr=0.1)


@case("Adagrad", points="1/2", concept="state-per-optimizer")
def test_adagrad_apart(student, reference, rng):
    """Two Adagrad optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "Adagrad", lr=0.1)

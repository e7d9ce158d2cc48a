"""hw4, hidden cases: RMSprop."""

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


@case("RMSprop", points=1, concept="state-per-parameter")
def test_rmsprop_shapes(student, reference, rng):
    """RMSprop keeps an average for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)


@case("RMSprop", points=1, concept="eps")
def test_rmsprop_eps(student, reference, rng):
    """RMSprop adds eps to the root, not under it."""
    agree(student, reference, "RMSprop", *varying(rng, 6, (3,)), lr=0.02, alpha=0.8, eps=0.5)


@case("RMSprop", points=1, concept="small-gradients")
def test_rmsprop_small(student, reference, rng):
    """RMSprop over fifty steps with very small gradients and its defaults."""
    agree_on_small(student, reference, rng, "RMSprop", 1e-8, strict=ALL)


@case("RMSprop", points=1, concept="weight-decay")
def test_rmsprop_weight_decay(student, reference, rng):
    """RMSprop adds weight decay to the gradient first."""
    agree(student, reference, "RMSprop", *varying(rng, 6, (3,)), lr=0.02, alpha=0.8, weight_decay=0.5)


@case("RMSprop", points="1/2", concept="lr-changes")
def test_rmsprop_rates_set(student, reference, rng):
    """RMSprop follows lr when it is set anew during the run."""
    agree(student, reference, "RMSprop", *varying(rng, 7, (3,)), rates=RATES, lr=0.04, alpha=0.8)


@case("RMSprop", points="3/2", concept="no-gradient")
def test_rmsprop_skips(student, reference, rng):
    """RMSprop leaves a parameter alone that has no gradient, and its average too."""
    agree_on_skipped(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)


@case("RMSprop", points=1, concept="gradient-untouched")
def test_rmsprop_leaves_gradients(student, reference, rng):
    """RMSprop leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8, weight_decay=0.4)
    agree_on_cleared(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8, weight_decay=0.4)


@case("RMSprop", points="1/2", concept="generator")
def test_rmsprop_generator(student, reference, rng):
    """RMSprop may be given its parameters by a generator."""
    agree_generated(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)


@case("RMSprop", points="1/2", concept="state-per-optimizer")
def test_rmsprop_apart(student, reference, rng):
    """Two RMSprop optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "RMSprop", lr=0.02, alpha=0.8)

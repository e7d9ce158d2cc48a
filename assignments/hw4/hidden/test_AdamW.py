"""hw4, hidden cases: AdamW."""

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

DECAYS = ("coupled", "grows", "afterwards")


@case("AdamW", points=1, concept="state-per-parameter")
def test_adamw_shapes(student, reference, rng):
    """AdamW keeps averages and a count of steps for each of several parameters, float32 or not."""
    agree_on_shapes(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.2)


@case("AdamW", points="3/2", concept="weight-decay")
def test_adamw_exact_decay(student, reference, rng):
    """AdamW decays by the lr of the moment, before the step and apart from it."""
    agree(student, reference, "AdamW", *varying(rng, 7, (3,)), rates=RATES, strict=DECAYS, lr=0.04, weight_decay=0.8)


@case("AdamW", points="1/2", concept="defaults")
def test_adamw_defaults(student, reference, rng):
    """AdamW decays by default, too, and has Adam's other defaults."""
    agree(student, reference, "AdamW", *varying(rng, 50, (3,)), every=10, lr=0.1)
    agree_on_small(student, reference, rng, "AdamW", 1e-8)


@case("AdamW", points=1, concept="eps")
def test_adamw_options(student, reference, rng):
    """AdamW with other betas and another eps."""
    options = {"lr": 0.05, "betas": (0.6, 0.8), "eps": 0.5, "weight_decay": 0.0}
    agree(student, reference, "AdamW", *varying(rng, 6, (3,)), strict=ALL, **options)


@case("AdamW", points=1, concept="no-gradient")
def test_adamw_skips(student, reference, rng):
    """AdamW does not even decay a parameter that has no gradient."""
    agree_on_skipped(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)


@case("AdamW", points=1, concept="gradient-untouched")
def test_adamw_leaves_gradients(student, reference, rng):
    """AdamW leaves gradients as they were; zero_grad sets them to None, and the next step leaves them out."""
    agree_and_leave_gradients(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)
    agree_on_cleared(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.5)


@case("AdamW", points="1/2", concept="generator")
def test_adamw_generator(student, reference, rng):
    """AdamW may be given its parameters by a generator."""
    agree_generated(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.2)


@case("AdamW", points="1/2", concept="state-per-optimizer")
def test_adamw_apart(student, reference, rng):
    """Two AdamW optimizers know nothing of each other."""
    agree_apart(student, reference, rng, "AdamW", lr=0.05, weight_decay=0.2)

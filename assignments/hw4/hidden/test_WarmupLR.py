"""hw4, hidden cases: WarmupLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("WarmupLR", points=1, concept="composition")
def test_warmup_with_an_optimizer(student, reference, rng):
    """WarmupLR and an optimizer together: the first step is a small one already."""
    agree_together(student, reference, rng, "WarmupLR", 0.2, warmup_steps=4)


@case("WarmupLR", points=1, concept="definition")
def test_warmup_long(student, reference, rng):
    """WarmupLR with a long climb and a long way after it."""
    strict = ("ahead", "from_zero")
    agree_on_rates(student, reference, "WarmupLR", rng.uniform(0.2, 1), 20, strict=strict, warmup_steps=7)


@case("WarmupLR", points=1, concept="one-step")
def test_warmup_of_one_step(student, reference, rng):
    """WarmupLR with a climb of two steps, and of one, which is none."""
    for warmup_steps in (2, 1):
        base = rng.uniform(0.2, 1)
        # A climb of two steps that is one ahead is none: to forgive that would forgive a rate that never changes.
        agree_on_rates(student, reference, "WarmupLR", base, 6, strict=("ahead",), warmup_steps=warmup_steps)

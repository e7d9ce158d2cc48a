"""hw4, hidden cases: WarmupLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("WarmupLR", points=1, concept="composition", needs=("test_sgd_value", "test_warmup_run"))
def test_warmup_with_sgd(student, reference, rng):
    """WarmupLR and SGD together: the first step is a small one already."""
    agree_together(student, reference, rng, "SGD", "WarmupLR", {"lr": 0.2}, warmup_steps=4)


@case("WarmupLR", points=2, concept="definition")
def test_warmup_long(student, reference, rng):
    """WarmupLR with a long climb and a long way after it, and with a climb of one step."""
    for warmup_steps in (7, 1):
        agree_on_rates(student, reference, "WarmupLR", rng.uniform(0.2, 1), 20, warmup_steps=warmup_steps)

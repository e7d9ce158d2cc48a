"""hw4, hidden cases: CosineAnnealingLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("CosineAnnealingLR", points=2, concept="eta-min")
def test_cosine_eta_min(student, reference, rng):
    """CosineAnnealingLR ends at eta_min."""
    eta_min = rng.uniform(0.05, 0.15)
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 7, T_max=7, eta_min=eta_min)


@case("CosineAnnealingLR", points=1, concept="after-the-end")
def test_cosine_after_the_end(student, reference, rng):
    """CosineAnnealingLR follows the cosine beyond T_max, too."""
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 17, T_max=5, eta_min=0.05)


@case("CosineAnnealingLR", points=1, concept="composition", needs=("test_sgd_momentum", "test_cosine_run"))
def test_cosine_with_sgd(student, reference, rng):
    """CosineAnnealingLR and SGD with momentum together."""
    agree_together(student, reference, rng, "SGD", "CosineAnnealingLR", {"lr": 0.2, "momentum": 0.9}, T_max=8)

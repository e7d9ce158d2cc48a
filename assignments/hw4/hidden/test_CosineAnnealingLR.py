"""hw4, hidden cases: CosineAnnealingLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("CosineAnnealingLR", points=2, concept="eta-min")
def test_cosine_eta_min(student, reference, rng):
    """CosineAnnealingLR ends at eta_min."""
    options = {"T_max": 7, "eta_min": rng.uniform(0.05, 0.15)}
    strict = ("eta_min_ignored",)
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 7, strict=strict, **options)


@case("CosineAnnealingLR", points=1, concept="after-the-end")
def test_cosine_after_the_end(student, reference, rng):
    """CosineAnnealingLR follows the cosine beyond T_max, too."""
    options = {"T_max": 5, "eta_min": 0.05}
    strict = ("ahead", "from_decayed")
    agree_on_rates(student, reference, "CosineAnnealingLR", rng.uniform(0.4, 1), 17, strict=strict, **options)


@case("CosineAnnealingLR", points=1, concept="composition")
def test_cosine_with_an_optimizer(student, reference, rng):
    """CosineAnnealingLR and an optimizer together."""
    agree_together(student, reference, rng, "CosineAnnealingLR", 0.2, T_max=8)

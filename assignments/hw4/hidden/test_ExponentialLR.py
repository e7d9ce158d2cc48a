"""hw4, hidden cases: ExponentialLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("ExponentialLR", points=1, concept="definition")
def test_exponential_long(student, reference, rng):
    """ExponentialLR over twenty steps, two schedules side by side."""
    agree_on_rates(student, reference, "ExponentialLR", rng.uniform(0.2, 1), 20, gamma=rng.uniform(0.8, 0.95))


@case("ExponentialLR", points=1, concept="composition", needs=("test_adam_value", "test_exponential_run"))
def test_exponential_with_adam(student, reference, rng):
    """ExponentialLR and Adam together."""
    agree_together(student, reference, rng, "Adam", "ExponentialLR", {"lr": 0.1}, gamma=0.7)

"""hw4, hidden cases: StepLR."""

from inputs import agree_on_rates, agree_together

from grader import case


@case("StepLR", points=2, concept="definition")
def test_steplr_options(student, reference, rng):
    """StepLR with other stairs and by its default gamma, two schedules side by side."""
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 11, step_size=3, gamma=rng.uniform(0.4, 0.9))
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 5, step_size=2)


@case("StepLR", points=1, concept="composition", needs=("test_sgd_momentum", "test_steplr_run"))
def test_steplr_with_sgd(student, reference, rng):
    """StepLR and SGD with momentum together: the first step goes at the base rate."""
    agree_together(student, reference, rng, "SGD", "StepLR", {"lr": 0.2, "momentum": 0.9}, step_size=3, gamma=0.3)

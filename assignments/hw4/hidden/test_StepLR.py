"""hw4, hidden cases: StepLR."""

from inputs import ALL, agree_on_rates, agree_together

from grader import case


def drops(rates):
    """The steps after which the rate is another one."""
    return [float(at) for at in range(1, len(rates)) if abs(rates[at] - rates[at - 1]) > 1e-6]


@case("StepLR", points="1/2", concept="definition")
def test_steplr_options(student, reference, rng):
    """StepLR with other stairs, two schedules side by side."""
    options = {"step_size": 3, "gamma": rng.uniform(0.4, 0.9)}
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 11, strict=ALL, **options)


@case("StepLR", points="1/2", concept="defaults")
def test_steplr_default(student, reference, rng):
    """StepLR goes down to a tenth by default."""
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.2, 1), 5, step_size=2)


@case("StepLR", points=1, concept="moments")
def test_steplr_moments(student, reference, rng):
    """StepLR goes down after every step_size steps and never in between."""
    options = {"step_size": 3, "gamma": rng.uniform(0.6, 0.9)}
    agree_on_rates(student, reference, "StepLR", rng.uniform(0.4, 1), 11, seen=drops, strict=("ahead",), **options)


@case("StepLR", points=1, concept="composition")
def test_steplr_with_an_optimizer(student, reference, rng):
    """StepLR and an optimizer together: the first step goes at the base rate."""
    agree_together(student, reference, rng, "StepLR", 0.2, step_size=3, gamma=0.3)

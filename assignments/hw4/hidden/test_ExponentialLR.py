"""hw4, hidden cases: ExponentialLR."""

from inputs import ALL, agree_on_rates, agree_together

from grader import case


def first_factor(rates):
    """What the first step makes of the rate; nothing of a rate that is none."""
    return [float(rates[1] / rates[0])] if abs(rates[0]) > 1e-6 else []


@case("ExponentialLR", points="1/2", concept="definition")
def test_exponential_long(student, reference, rng):
    """ExponentialLR over twenty steps, two schedules side by side."""
    gamma = rng.uniform(0.8, 0.95)
    agree_on_rates(student, reference, "ExponentialLR", rng.uniform(0.2, 1), 20, strict=ALL, gamma=gamma)


@case("ExponentialLR", points="1/2", concept="factor")
def test_exponential_factor(student, reference, rng):
    """ExponentialLR multiplies by gamma, whatever gamma is."""
    for gamma in (rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9), 1.5):
        agree_on_rates(student, reference, "ExponentialLR", rng.uniform(0.2, 1), 2, seen=first_factor, gamma=gamma)


@case("ExponentialLR", points=1, concept="composition")
def test_exponential_with_an_optimizer(student, reference, rng):
    """ExponentialLR and an optimizer together."""
    agree_together(student, reference, rng, "ExponentialLR", 0.1, gamma=0.7)

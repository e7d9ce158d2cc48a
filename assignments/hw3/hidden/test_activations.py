"""hw3, hidden cases: the activations at 0 and far from it."""

import numpy as np
import pytest
from common import ACTIVATIONS, away_from_0, slopes, tensor
from inputs import agree, in_both, near

from grader import TensorValue, case, read, unchanged


@case("activations", points="1/2", concept="overflow")
@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ELU"])
def test_activation_far(student, reference, rng, name):
    """The activation far from 0, in both precisions."""
    x = np.concatenate([rng.normal(size=3), [-1000.0, -100.0, 100.0, 1000.0]])
    agree(student, reference, lambda side: [read(getattr(side.live, name)()(of(x))) for of in (tensor, TensorValue)])


@case("activations", points="2/3", concept="overflow")
@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ELU"])
def test_activation_far_gradient(student, reference, rng, name):
    """The activation's gradient far from 0 is a number."""
    x, upstream = np.concatenate([rng.normal(size=3), [-1000.0, -100.0, 100.0, 1000.0]]), rng.normal(size=7)
    agree(student, reference, lambda side: slopes(side, getattr(side.live, name)(), x, upstream))


@case("activations", points="2/5", concept="kink")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_at_0(student, reference, rng, name):
    """The activation and its gradient at exactly 0."""
    x, upstream = np.array([-1.0, 0.0, 0.0, 2.0]), rng.uniform(0.5, 2, size=4)
    argument = [0.3] if name in ("LeakyReLU", "ELU") else []
    agree(student, reference, lambda side: slopes(side, getattr(side.live, name)(*argument), x, upstream))


@case("activations", points="1/2", concept="argument")
@pytest.mark.parametrize("name", ["LeakyReLU", "ELU"])
def test_activation_argument(student, reference, rng, name):
    """LeakyReLU follows its slope, ELU its alpha; values and gradients."""
    argument, x, upstream = float(rng.uniform(0.2, 0.6)), away_from_0(rng, 4, 3), rng.normal(size=(4, 3))

    def script(side):
        return slopes(side, getattr(side.live, name)(argument), x, upstream)

    agree(student, reference, script)


@case("activations", points="1/10", concept="input-untouched")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_untouched(student, reference, rng, name):
    """The activation leaves its input as it was."""
    x = away_from_0(rng, 4, 3).astype(np.float32)
    held = student.tensor(x)
    near(read(getattr(student.live, name)()(held)), read(getattr(reference.live, name)()(tensor(x))))
    unchanged(held, x)


@case("activations", points="1/5", concept="dtype")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_doubles(student, reference, rng, name):
    """The activation takes any shape, and float32 and float64 stay what they are."""
    inputs = [away_from_0(rng, *shape) for shape in ((2, 3, 4), (3,), (), (1, 1))]

    def script(side):
        return [read(getattr(side.live, name)()(of)) for x in inputs for of in in_both(x)]

    agree(student, reference, script, dtype=True)

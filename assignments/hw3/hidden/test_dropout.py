"""hw3, hidden cases: Dropout, by what chance can not change."""

import numpy as np
import pytest
from inputs import near, yes
from test_public import rounded, tensor

from grader import case, close, raises, read

ONES = np.ones((40, 50))


def powers_of_2(rng, *shape):
    """Inputs that no scaling rounds, so that what is kept shows exactly by how much it was scaled."""
    return np.ldexp(rng.choice([-1.0, 1.0], size=shape), rng.integers(-3, 4, size=shape))


@case("dropout", points="1/2", concept="scale")
@pytest.mark.parametrize("p", [0.25, 0.8])
def test_dropout_exact_scale(student, rng, p):
    """Each value that Dropout keeps is exactly 1 / (1 - p) times its input."""
    x = tensor(powers_of_2(rng, 40, 50))
    close(read((student.live.Dropout(p)(x) / x).unique()), tensor([0.0, 1 / (1 - p)]), rtol=1e-6, atol=0)


@case("dropout", points="1/2", concept="rate")
@pytest.mark.parametrize("p", [0.1, 0.7])
def test_dropout_rates(student, p):
    """Dropout drops a share of p, not of 1 - p."""
    dropped = student.live.Dropout(p)(tensor(np.ones((200, 200)))).eq(0.0)
    close(rounded(dropped.float().mean(), 0.05), tensor(p))


@case("dropout", points="1/2", concept="nothing-or-all")
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_dropout_ends(student, rng, p):
    """Dropout of p = 0 lets all pass, of p = 1 nothing."""
    near(read(student.live.Dropout(0.5)(tensor(ONES)).unique()), tensor([0.0, 2.0]))
    x = rng.normal(size=(4, 5))
    x[0, 0] = 0.0
    near(read(student.live.Dropout(p)(tensor(x)).abs()), tensor(np.abs(x) * (1 - p)))


@case("dropout", points=1, concept="train-and-eval")
def test_dropout_in_evaluation(student, rng):
    """Dropout in evaluation is neither scaled nor random; in training again it is."""
    layer, x = student.live.Dropout(0.75), rng.normal(size=(40, 50))
    answers = [read(layer.train(mode)(tensor(ONES)).unique()) for mode in (False, True, False, True)]
    near(answers, [tensor([1.0]), tensor([0.0, 4.0])] * 2)
    near(read(layer.eval()(tensor(x))), tensor(x))


@case("dropout", points=1, concept="independence")
def test_dropout_draws_each_value(student):
    """Dropout decides for each value by itself, and anew at every call."""
    layer, ones = student.live.Dropout(), tensor(np.ones((64, 64)))
    first, second = layer(ones), layer(ones)
    near([read(first.unique()), read(second.unique())], [tensor([0.0, 2.0])] * 2)
    for spread in (first.std(0).min(), first.std(1).min(), (first - second).abs().max()):
        yes(spread.gt(0.1))


@case("dropout", points="1/2", concept="gradient")
def test_dropout_gradient(student, rng):
    """Gradients come back through Dropout where it kept, scaled alike."""
    x = student.live.tensor(powers_of_2(rng, 40, 50).astype(np.float32), requires_grad=True)
    y = student.live.Dropout(0.2)(x)
    y.sum().backward()
    near(read(x.grad.unique()), tensor([0.0, 1.25]))
    near(read((x * x.grad - y).abs().max()), tensor(0.0))


@case("dropout", points="1/2", concept="argument")
def test_dropout_bad_p(student):
    """Dropout refuses a p that is no probability."""
    near(read(student.live.Dropout(0.5)(tensor(ONES)).unique()), tensor([0.0, 2.0]))
    for p in (-0.1, 1.5):
        with raises(ValueError):
            student.live.Dropout(p)

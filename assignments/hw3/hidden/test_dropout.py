"""hw3, hidden cases: Dropout, by what chance can not change."""

import numpy as np
import pytest
from common import factors, numbers, share_dropped, slopes, some_dropped, tensor
from inputs import in_both, near, unlike

from grader import TensorValue, apart_from_chance, case, close, raises, read

ONES = np.ones((40, 50))


def powers_of_2(rng, *shape):
    """Inputs that no scaling rounds, so that what is kept shows exactly by how much it was scaled."""
    return np.ldexp(rng.choice([-1.0, 1.0], size=shape), rng.integers(-3, 4, size=shape))


@case("dropout", points="1/2", concept="scale")
@pytest.mark.parametrize("p", [0.5, 0.8])
def test_dropout_exact_scale(student, rng, p):
    """Each value that Dropout keeps is exactly 1 / (1 - p) times its input."""
    x = powers_of_2(rng, 40, 50)
    ratios = factors(student.live.Dropout(p)(tensor(x)), x)
    close(np.unique(ratios.round(3)), np.array([0.0, 1 / (1 - p)]))
    close(ratios, np.where(ratios == 0, 0, 1 / (1 - p)), rtol=1e-6, atol=0)


@case("dropout", points="1/2", concept="rate")
@pytest.mark.parametrize("p", [0.1, 0.7])
def test_dropout_rates(student, p):
    """Dropout drops a share of p, not of 1 - p."""
    share_dropped(student.live.Dropout(p)(tensor(np.ones((200, 200)))), (200, 200), p)


@case("dropout", points="1/2", concept="nothing-or-all")
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_dropout_ends(student, rng, p):
    """Dropout of p = 0 lets all pass, of p = 1 nothing."""
    close(some_dropped(student.live.Dropout(0.5), ONES), True)
    x, upstream = rng.normal(size=(2, 4, 5))
    x[0, 0] = 0.0
    layer, held = student.live.Dropout(p), student.live.tensor(x.astype(np.float32), requires_grad=True)
    y = layer(held)
    # Zeros for all may come without a graph, because no gradient goes through them: one comes past them, too.
    ((y + held) * tensor(upstream)).sum().backward()
    near([read(y), read(held.grad)], [tensor(x * (1 - p)), tensor(upstream * (2 - p))])
    for part in (x, x[:1], x[:, :1]):
        for given, expected in zip(in_both(part), in_both(part * (1 - p)), strict=True):
            near(read(layer.train()(given)), expected, dtype=True)
            near(read(layer.eval()(given)), given, dtype=True)


@case("dropout", points="1/2", concept="train-and-eval")
def test_dropout_in_evaluation(student, rng):
    """Dropout in evaluation is neither scaled nor random; in training again it is."""
    layer, x = student.live.Dropout(0.75), rng.normal(size=(40, 50)).astype(np.float32)
    for _ in range(2):
        close(factors(layer.eval()(tensor(x)), x), np.ones(x.shape))
        close(some_dropped(layer.train(), ONES), True)


@case("dropout", points="1/2", concept="gradient")
def test_dropout_evaluation_gradient(student, rng):
    """In evaluation gradients come back through Dropout as they are; in training it drops."""
    layer, x, upstream = student.live.Dropout(0.5), rng.normal(size=(8, 5)), rng.normal(size=(8, 5))
    close(some_dropped(layer, ONES), True)
    near(slopes(student, layer.eval(), x, upstream), [tensor(x), tensor(upstream)])


@case("dropout", points="1/2", concept="independence")
def test_dropout_draws_each_value(student):
    """Dropout decides for each value by itself, and anew at every call."""
    layer, shape = student.live.Dropout(), (100, 100)
    calls = []
    for _ in range(2):
        answer = layer(tensor(np.ones(shape)))
        calls.append(np.where(numbers(answer, shape) == 0, -1.0, 1.0))
        apart_from_chance(answer, np.array([calls[-1].std(axis).mean() for axis in (0, 1)]).round())
    unlike(np.concatenate(calls))
    unlike(np.concatenate(calls, axis=1).T)


@case("dropout", points="1/4", concept="independence")
def test_dropout_draws_anew(student):
    """How many of a few values Dropout drops is chance too, and so is which."""
    layer = student.live.Dropout()
    kept = np.array([numbers(layer(tensor(np.ones(16))), (16,)) != 0 for _ in range(100)])
    unlike(np.where(kept, 1.0, -1.0).T)
    # The variance of 100 counts, each of 16 draws, is 4; less than 1.2 or more than 9.5 happens once in 10^9 times.
    close(kept.sum(axis=1).var(), np.float64(5.35), limit=4.15)


@case("dropout", points="1/6", concept="shape")
@pytest.mark.parametrize("shape", [(400,), (6, 10, 20), (5, 4, 10, 10)], ids=["1-d", "3-d", "4-d"])
def test_dropout_of_any_shape(student, rng, shape):
    """Dropout takes any shape, and decides for each value by itself there too."""
    x = powers_of_2(rng, *shape)
    dropped = factors(student.live.Dropout(0.5)(tensor(x)), x) == 0
    for axis in range(len(shape)):
        # Of neighbours along each axis half differ, give or take seven standard deviations.
        differ = np.diff(dropped.astype(int), axis=axis) != 0
        close(differ.mean(), np.float64(0.5), limit=3.6 / differ.size**0.5)


@case("dropout", points="1/4", concept="gradient")
def test_dropout_gradient(student, rng):
    """Gradients come back through Dropout where it kept, scaled alike."""
    x, upstream = powers_of_2(rng, 40, 50), powers_of_2(rng, 40, 50)
    held = student.live.tensor(x.astype(np.float32), requires_grad=True)
    y = student.live.Dropout(0.2)(held)
    (y * tensor(upstream)).sum().backward()
    ratios, back = factors(y, x), factors(held.grad, upstream)
    close([bool((ratios == 0).any()), bool((ratios != 0).any())], [True, True])
    close(back, ratios, rtol=1e-6, atol=0)


@case("dropout", points="1/4", concept="dtype")
def test_dropout_dtype(student, rng):
    """Dropout keeps float32 and float64 as they are, in both modes."""
    x = powers_of_2(rng, 40, 50)
    for dtype in (np.float32, np.float64):
        layer = student.live.Dropout(0.5)
        for mode in (True, False):
            answer = read(layer.train(mode)(TensorValue(x.astype(dtype))))
            close(answer, TensorValue(np.zeros(x.shape, dtype)), atol=1e6, dtype=True)
    close(some_dropped(layer.train(), x), True)


@case("dropout", points="1/4", concept="argument")
def test_dropout_bad_p(student):
    """Dropout refuses a p that is no probability."""
    close(some_dropped(student.live.Dropout(0.5), ONES), True)
    for p in (-0.1, 1.5):
        with raises(ValueError):
            student.live.Dropout(p)

"""hw3, hidden cases: Linear at its edges."""

import numpy as np
import pytest
from common import numbers, put, slopes, spread, tensor
from inputs import agree, draw, near, precise, symmetric, unlike_weights

from grader import apart_from_chance, case, close, raises, read


@case("linear", points=1, concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_linear_begins(student, rng, init):
    """Linear begins with random weights of the right mean and variance, another time with others."""
    layers = [student.live.Linear(200, 200, init=init) for _ in range(2)]
    weights = [spread(layer.weight, (200, 200), 2 / 400 if init == "xavier" else 2 / 200) for layer in layers]
    unlike_weights(*weights)
    for layer, weight in zip(layers, weights, strict=True):
        close(read(layer.bias), tensor(np.zeros(200)))
        x = rng.normal(size=(3, 200)).astype(np.float32)
        answer = layer(tensor(x))
        y = numbers(answer, x.shape)
        ways = [x @ weight.T, x @ weight]  # which way it lies is a matter of other cases
        off = [np.abs(y - way).max() for way in ways]
        apart_from_chance(answer, min(off) < 1e-3)
        near(y, ways[int(np.argmin(off))], atol=1e-4)


@case("linear", points="1/2", concept="batch-of-one")
@pytest.mark.parametrize("shape", [(1, 5, 2), (6, 1, 4)], ids=["one-row", "one-input"])
def test_linear_shapes(student, reference, rng, shape):
    """Linear for a batch of one, and for one input."""
    n, n_in, n_out = shape
    *arrays, x = draw(rng, (n_out, n_in), (n_out,), (n, n_in))
    agree(student, reference, lambda side: [read(put(side.live.Linear(n_in, n_out), *arrays)(tensor(x)))])


@case("linear", points=1, concept="bias")
def test_linear_without_bias(student, reference, rng):
    """Linear without a bias has the weight alone."""
    weight, (x,) = symmetric(rng, 3), draw(rng, (4, 3))  # the gradient of the weight is symmetric too

    def script(side):
        layer = put(side.live.Linear(3, 3, bias=False), weight)
        return [*slopes(side, layer, x, x), read(layer.bias)]

    agree(student, reference, script)


@case("linear", points="1/2", concept="initialisation")
def test_linear_unknown_init(student, reference, rng):
    """Linear refuses an initialisation that it does not know."""
    weight, (bias, x) = symmetric(rng, 3), draw(rng, (3,), (4, 3))
    agree(student, reference, lambda side: [read(put(side.live.Linear(3, 3), weight, bias)(tensor(x)))])
    with raises(ValueError):
        student.live.Linear(2, 3, init="ones")


@case("linear", points=1, concept="gradient")
def test_linear_gradients_add_up(student, reference, rng):
    """Gradients of a Linear add up over two batches."""
    weight, (bias, *batches) = symmetric(rng, 3), draw(rng, (3,), (4, 3), (1, 3))

    def script(side):
        layer = put(side.live.Linear(3, 3), weight, bias)
        return [answer for x in batches for answer in slopes(side, layer, x, x)]

    agree(student, reference, script)


@case("linear", points="1/2", concept="dtype")
def test_linear_dtype(student, reference, rng):
    """Linear begins in float32 and answers in the precision of its input and weights."""
    weight, (bias, x) = symmetric(rng, 3), draw(rng, (3,), (4, 3))
    precise(student, reference, lambda side: put(side.live.Linear(3, 3), weight, bias), x)

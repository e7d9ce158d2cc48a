"""hw3, hidden cases: Linear at its edges."""

import numpy as np
import pytest
from inputs import agree, draw, yes
from test_public import put, rounded, slopes, tensor

from grader import case, close, raises, read


@case("linear", points=1, concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_linear_begins(student, init):
    """Linear begins with random weights of the right mean and variance, another time with others."""
    layer, other = (student.live.Linear(400, 100, init=init) for _ in range(2))
    variance = 2 / 500 if init == "xavier" else 2 / 400
    yes(layer.weight.ne(0.0).any())
    close(rounded(layer.weight.var(), variance / 8), tensor(variance))
    close(rounded(layer.weight.mean().abs(), 0.1 * variance**0.5), tensor(0.0))
    close([read(layer.weight * 0), read(layer.bias)], [tensor(np.zeros((100, 400))), tensor(np.zeros(100))])
    yes(layer.weight.ne(other.weight).any())
    close([read(flag) for flag in (layer.weight.requires_grad, layer.bias.requires_grad, layer.training)], [True] * 3)


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
    weight, x, upstream = draw(rng, (3, 2), (4, 2), (4, 3))

    def script(side):
        layer = put(side.live.Linear(2, 3, bias=False), weight)
        return [*slopes(side, layer, x, upstream), read(layer.bias)]

    agree(student, reference, script)


@case("linear", points=1, concept="initialisation")
def test_linear_unknown_init(student, reference, rng):
    """Linear refuses an initialisation that it does not know."""
    *arrays, x = draw(rng, (3, 2), (3,), (4, 2))
    agree(student, reference, lambda side: [read(put(side.live.Linear(2, 3), *arrays)(tensor(x)))])
    with raises(ValueError):
        student.live.Linear(2, 3, init="ones")


@case("linear", points=1, concept="gradient")
def test_linear_gradients_add_up(student, reference, rng):
    """Gradients of a Linear add up over two batches."""
    weight, bias, *batches = draw(rng, (3, 2), (3,), (4, 2), (4, 3), (1, 2), (1, 3))

    def script(side):
        layer = put(side.live.Linear(2, 3), weight, bias)
        return [*slopes(side, layer, *batches[:2]), *slopes(side, layer, *batches[2:])]

    agree(student, reference, script)

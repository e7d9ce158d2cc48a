"""hw3, hidden cases: the whole network."""

import numpy as np
import pytest
from common import factors, put, slopes, spread, tensor
from inputs import agree, draw, near, precise

from grader import case, close, read


@case("mlp", points=1, concept="composition")
@pytest.mark.parametrize("batch_norm", [False, True], ids=["plain", "batch-norm"])
def test_mlp_deep(student, reference, rng, batch_norm):
    """An MLP of three layers, with batch norm or without: no activation after the last."""
    first = [(5, 3), (5,)] + [(5,), (5,)] * batch_norm
    arrays = draw(rng, *first, (4, 5), (4,), *[(4,), (4,)] * batch_norm, (2, 4), (2,))
    x, upstream = draw(rng, (6, 3), (6, 2))
    if not batch_norm:  # all that the layers answer is positive: where activations stand is a matter of the other case
        *arrays, x = map(np.abs, (*arrays, x))

    def script(side):
        net = put(side.live.MLP([3, 5, 4, 2], activation=side.live.ELU, batch_norm=batch_norm), *arrays)
        return [*slopes(side, net, x, upstream), read(net.eval()(tensor(x)))]

    agree(student, reference, script, rtol=1e-3, atol=1e-4)  # two batch norms magnify the last bits


@case("mlp", points="1/2", concept="train-and-eval")
def test_mlp_dropout(student):
    """An MLP with dropout drops in training, not in evaluation."""
    # Two units answer 1 and 2 and the last layer adds them: what dropout leaves of them tells which it dropped.
    arrays, ones = ([[1.0], [2.0]], [0.0, 0.0], [[1.0, 1.0]], [0.0]), np.ones((200, 1))
    net = put(student.live.MLP([1, 2, 1], dropout=0.5), *arrays)
    near(factors(net.eval()(tensor(ones)), ones), 3 * ones)
    sums = factors(net.train()(tensor(ones)), ones)
    close(len(np.unique(sums.round(3))), 4)  # none of them, one, the other, both


@case("mlp", points="1/2", concept="composition")
def test_mlp_of_one_layer(student, reference, rng):
    """An MLP without hidden layers is linear, dropout or not."""
    *arrays, x = draw(rng, (2, 3), (2,), (4, 3))
    agree(student, reference, lambda side: [read(put(side.live.MLP([3, 2], dropout=0.5), *arrays)(tensor(x)))])


@case("mlp", points="1/2", concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_mlp_begins(student, init):
    """An MLP hands the initialisation on to each of its layers; Kaiming is the default."""
    net = student.live.MLP([100, 400, 100]) if init == "kaiming" else student.live.MLP([100, 400, 100], init=init)
    parameters = list(net.parameters())
    close(len(parameters), 4)
    for weight, shape in zip(parameters[::2], ((400, 100), (100, 400)), strict=True):
        spread(weight, shape, 2 / 500 if init == "xavier" else 2 / shape[1])
    close([read(bias) for bias in parameters[1::2]], [tensor(np.zeros(400)), tensor(np.zeros(100))])


@case("mlp", points="1/2", concept="dtype")
def test_mlp_dtype(student, reference, rng):
    """An MLP answers in the precision of its input and weights, with batch norm and dropout too."""
    arrays, x = [np.abs(array) for array in draw(rng, (4, 2), (4,), (4,), (4,), (3, 4), (3,))], rng.uniform(size=(5, 2))

    def make(side):
        return put(side.live.MLP([2, 4, 3], dropout=0.5, batch_norm=True), *arrays).eval()

    precise(student, reference, make, x)


@case("mlp", points="1/2", concept="gradient")
def test_mlp_finite_differences(student, rng):
    """Gradients of a whole MLP are the slopes that finite differences measure."""
    arrays, (x, upstream) = draw(rng, (3, 2), (3,), (2, 3), (2,)), draw(rng, (4, 2), (4, 2))

    def total():
        weight, bias, last, end = arrays
        return (upstream * (np.tanh(x @ weight.T + bias) @ last.T + end)).sum()

    expected = [np.zeros_like(array) for array in arrays]
    for array, slope in zip(arrays, expected, strict=True):
        for place in np.ndindex(array.shape):
            kept, ends = array[place], []
            for step in (1e-5, -1e-5):
                array[place] = kept + step
                ends.append(total())
            array[place], slope[place] = kept, (ends[0] - ends[1]) / 2e-5
    net = put(student.live.MLP([2, 3, 2], activation=student.live.Tanh), *arrays)
    near(slopes(student, net, x, upstream)[2:], [tensor(slope) for slope in expected])

"""hw3, hidden cases: training and evaluation."""

from itertools import permutations, product

import numpy as np
import pytest
from common import CORNERS, TRUTH, numbers, put, tensor
from inputs import agree, double, draw

from grader import TensorValue, case, close, raises, read


@case("fit", points="3/4", concept="gradient-descent")
@pytest.mark.parametrize("l2", [0.0, 0.05], ids=["plain", "l2"])
def test_fit_trajectory(student, reference, rng, l2):
    """Batches of a fit: losses and weights after some epochs, the last batch partial; with a penalty and without."""
    arrays, (x, y) = draw(rng, (4, 2), (4,), (1, 4), (1,)), draw(rng, (10, 2), (10, 1))

    def script(side):
        net = put(side.live.MLP([2, 4, 1], activation=side.live.Tanh), *arrays)
        data = tensor(x), tensor(y), side.live.mse_loss
        history = side.fit(net, *data, 4, 0.1, batch_size=4, shuffle=False, l1=l2 / 2, l2=l2)
        return [history, *(read(parameter) for parameter in net.parameters())]

    agree(student, reference, script)


@case("fit", points=1, concept="train-and-eval")
def test_fit_validates(student, reference, rng):
    """The validation loss of fit is that of evaluation; training begins and goes on in training mode."""
    arrays, (x, y, vx, vy) = draw(rng, (2,), (2,), (1, 2), (1,)), draw(rng, (40, 2), (40, 1), (6, 2), (6, 1))

    def script(side):
        net = put(side.live.Sequential(side.live.BatchNorm1d(2), side.live.Linear(2, 1)), *arrays)
        data, validation = (tensor(x), tensor(y), side.live.mse_loss), (tensor(vx), tensor(vy))
        history = side.fit(net.eval(), *data, 4, 0.1, shuffle=False, validation=validation)
        return [history, *(read(tensor) for tensor in net.parameters())]

    agree(student, reference, script)


@case("fit", points=1, concept="train-and-eval")
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_evaluate_restores(student, reference, rng, mode):
    """What evaluate leaves behind: the mode as before, weights, gradients and running statistics untouched."""
    *arrays, x = draw(rng, (2,), (2,), (3, 2), (3,), (6, 2))
    labels = tensor(rng.permutation(np.arange(6) % 3))

    def script(side):
        norm, last = side.live.BatchNorm1d(2), side.live.Linear(2, 3)
        net = put(side.live.Sequential(norm, last), *arrays)
        net.train(mode)
        answers = [side.evaluate(net, tensor(x), labels, side.live.cross_entropy), read(last.weight.grad)]
        answers += [read(part.training) for part in (net, norm)]
        answers += [read(held) for held in (last.weight, norm.running_mean, norm.running_var)]
        # In which mode it really is shows in what it answers now, and in what it takes note of.
        return [*answers, read(net(tensor(x))), read(norm.running_mean)]

    agree(student, reference, script)


@case("fit", points=1, concept="early-stopping")
def test_fit_stops_early(student, reference, rng):
    """A fit that stops early: as many epochs as patience allows, then the best weights; validation must be there."""
    x = rng.uniform(1, 2, size=(8, 1))

    def run(side, **validation):
        line = put(side.live.Linear(1, 1), [[0.5]], [0.0])
        options = {"batch_size": 8, "shuffle": False, "stopping": side.live.EarlyStopping(patience=3)}
        history = side.fit(line, tensor(x), tensor(2 * x), side.live.mse_loss, 50, 0.01, **options, **validation)
        return [history, read(line.weight), read(line.bias)]

    agree(student, reference, lambda side: run(side, validation=(tensor(x), tensor(0.8 * x))))
    with raises(ValueError):
        run(student)


def replayed(x, y, batches):
    """Weight, bias and the losses of the epochs when the line 0.5 x is fitted to these batches of rows."""
    weight, bias, losses = 0.5, 0.0, []
    for epoch in batches:
        total = 0.0
        for rows in epoch:
            error = weight * x[rows] + bias - y[rows]
            total += (error**2).sum()
            weight, bias = weight - 2 * 0.1 * (error * x[rows]).mean(), bias - 2 * 0.1 * error.mean()
        losses.append(total / len(x))
    return [weight, bias, *losses]


@case("fit", points="1/2", concept="shuffling")
def test_fit_shuffles(student, rng):
    """Unless it is told otherwise, fit shuffles the rows, anew in each epoch."""
    halves = [(first, tuple(sorted({0, 1, 2, 3} - set(first)))) for first in permutations(range(4), 2)]
    halves = [half for half in halves if half[0][0] < half[0][1]]
    epochs = list(product(halves, repeat=2))  # all that two epochs of two batches of two rows can be
    gap = 0.0
    while gap < 1e-3:  # until each of them ends elsewhere
        x, y = (rng.uniform(-1.5, 1.5, size=4).astype(np.float32).astype(float) for _ in range(2))
        ends = np.array([replayed(x, y, [map(list, half) for half in two]) for two in epochs])
        gap = np.sort(np.abs(ends[:, None] - ends).max(axis=-1), axis=1)[:, 1].min()
    came = []
    for _ in range(30):
        line, data = put(student.live.Linear(1, 1), [[0.5]], [0.0]), (tensor(x[:, None]), tensor(y[:, None]))
        history = student.fit(line, *data, student.live.mse_loss, 2, 0.1, batch_size=2)
        close(history, {"train": [0.0, 0.0], "validation": []}, atol=1e6)  # its form
        end = [numbers(line.weight, (1, 1)).item(), numbers(line.bias, (1,)).item(), *history["train"]]
        nearest = int(np.abs(ends - end).max(axis=1).argmin())
        close(np.array(end), ends[nearest], rtol=1e-4, atol=1e-5)
        came.append(epochs[nearest])
    # Of 60 epochs at least five of the six ways to cut the rows, and not the same way in both epochs every time: chance
    # misses that once in 10^9 times.
    assert len({half for two in came for half in two}) >= 5
    assert any(first != second for first, second in came)


def answered(x, arrays):
    """The scores of an MLP with batch norm, ReLU and these parameters for a batch in training."""
    weight, bias, scale, shift, last, end = arrays
    hidden = x @ weight.T + bias
    hidden = scale * (hidden - hidden.mean(axis=0)) / np.sqrt(hidden.var(axis=0) + 1e-5) + shift
    return np.maximum(hidden, 0) @ last.T + end


@case("fit", points="1/2", concept="composition")
def test_fit_learns_with_everything(student, rng):
    """Batch norm, ReLU, shuffled batches and fit together learn XOR or its opposite, in the best of five tries."""
    truth = np.array(TRUTH[rng.choice(["xor_gate", "xnor_gate"])])
    corners = rng.uniform(1, 2, size=2) * CORNERS + rng.normal(size=2)
    data = tensor(np.tile(corners, (8, 1))), tensor(np.tile(truth, 8)), student.live.cross_entropy
    for _ in range(5):
        net = student.live.MLP([2, 8, 2], batch_norm=True)
        student.fit(net, *data, 30, 0.3, batch_size=8)
        shapes = (8, 2), (8,), (8,), (8,), (2, 8), (2,)
        parameters = list(net.parameters())
        close(len(parameters), len(shapes))
        arrays = list(map(numbers, parameters, shapes))
        # What was learnt is in the weights: the scores that they give are worked out here.
        expected = answered(corners, arrays)
        close(read(net.train()(tensor(corners))), tensor(expected), rtol=1e-3, atol=1e-3)
        learnt = expected.argmax(axis=1)
        if np.array_equal(learnt, truth):
            return
    close(learnt, truth)


@case("fit", points="1/4", concept="batch-of-one")
def test_fit_of_one(student, reference, rng):
    """One row is enough for evaluate and fit; for evaluate a row may be a table."""
    (weight, bias, x, y), (tables, others) = draw(rng, (1, 2), (1,), (1, 2), (1, 1)), draw(rng, (3, 2, 2), (3, 2, 2))

    def script(side):
        line, data = put(side.live.Linear(2, 1), weight, bias), (tensor(x), tensor(y), side.live.mse_loss)
        layers = side.live.ReLU(), side.live.LeakyReLU(), side.live.ELU()  # each is a model by itself
        losses = [side.evaluate(layer, tensor(tables), tensor(others), data[2]) for layer in layers]
        most = put(side.live.Maxout(2, 1), weight, bias, -weight, bias)
        net = put(side.live.MLP([2, 1]), weight, bias)
        losses += [side.evaluate(model, *data) for model in (most, net, line)]
        return [*losses, side.fit(line, *data, 1, 0.1), read(line.weight)]

    agree(student, reference, script)


@case("fit", points="1/4", concept="dtype")
def test_fit_in_double(student, reference, rng):
    """A network in float64 is trained in float64, and its losses are floats."""
    *arrays, x, y = draw(rng, (1, 2), (1,), (6, 2), (6, 1))

    def script(side):
        line = double(put(side.live.Linear(2, 1), *arrays))
        data = TensorValue(x), TensorValue(y), side.live.mse_loss
        history = side.fit(line, *data, 1, 0.1, batch_size=6, l1=0.01, l2=0.02, validation=data[:2])
        return [history, side.evaluate(line, *data), read(line.weight), read(line.bias)]

    agree(student, reference, script, dtype=True, rtol=1e-5, atol=1e-7)

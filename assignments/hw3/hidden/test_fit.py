"""hw3, hidden cases: training and evaluation."""

import numpy as np
import pytest
from inputs import agree, draw, yes
from test_public import CORNERS, TRUTH, put, tensor

from grader import case, close, raises, read


@case("fit", points=1, concept="gradient-descent")
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
        return answers + [read(tensor) for tensor in (last.weight, norm.running_mean, norm.running_var)]

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


@case("fit", points="1/2", concept="shuffling")
def test_fit_shuffles(student, rng):
    """Unless it is told otherwise, fit shuffles: the same beginning ends elsewhere another time."""
    x, y = draw(rng, (40, 1), (40, 1))
    lines = [put(student.live.Linear(1, 1), [[0.5]], [0.0]) for _ in range(2)]
    for line in lines:
        student.fit(line, tensor(x), tensor(y), student.live.mse_loss, 1, 0.1, batch_size=4)
    yes((lines[0].weight - lines[1].weight).abs().max().gt(1e-6))


@case("fit", points="1/2", concept="composition")
def test_fit_learns_with_everything(student):
    """Batch norm, ReLU, shuffled batches and fit together learn XOR, in the best of five tries."""
    x, labels = np.tile(CORNERS, (8, 1)), np.tile(TRUTH["xor_gate"], 8)
    for _ in range(5):
        net = student.live.MLP([2, 8, 2], batch_norm=True)
        student.fit(net, tensor(x), tensor(labels), student.live.cross_entropy, 30, 0.3, batch_size=8)
        scores = read(net.eval()(tensor(CORNERS)))
        close(scores, tensor(np.zeros((4, 2))), atol=1e6)
        learnt = scores.array.argmax(axis=1)
        if np.array_equal(learnt, TRUTH["xor_gate"]):
            return
    close(learnt, np.array(TRUTH["xor_gate"]))

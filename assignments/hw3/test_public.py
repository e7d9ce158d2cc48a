"""hw3, the cases that members see: the handout's own numbers, then ordinary inputs.

A case is a script that runs on both sides, with the answer and with the reference, and what it reads on the way is
compared. Layers stay where they live; only what is read travels, and a case decides on nothing else: what an object
says about itself (its length, its mode, its mean) is no evidence. Nothing here depends on how random numbers are drawn:
a case asks for what no right answer misses by chance more often than once in 10^9 times.
"""

import numpy as np
import pytest
from common import (
    ACTIVATIONS,
    CORNERS,
    TRUTH,
    agree,
    away_from_0,
    cut,
    factors,
    near,
    numbers,
    put,
    share_dropped,
    slopes,
    some_dropped,
    spread,
    tensor,
)

from grader import apart_from_chance, case, close, read

WEIGHT, BIAS = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, 3.0]]), np.array([0.5, 0.0, -1.0])


@case("modules", points=1, concept="composition")
def test_sequential_value(student, reference, rng):
    """Sequential feeds each layer with what the one before gives."""
    weight, bias, last, x = (rng.normal(size=shape) for shape in ((3, 2), (3,), (1, 3), (5, 2)))

    def script(side):
        net = side.live.Sequential(side.live.Linear(2, 3), side.live.Tanh(), side.live.Linear(3, 1))
        put(net, weight, bias, last, [0.25])
        return [read(net(tensor(x)))]

    agree(student, reference, script)


@case("modules", points=1, concept="parameters")
def test_module_parameters(student, reference, rng):
    """parameters() has weight and bias of each layer, in order."""
    arrays = [rng.normal(size=shape) for shape in ((3, 2), (3,), (1, 3), (1,))]

    def script(side):
        first, last = side.live.Linear(2, 3), side.live.Linear(3, 1)
        put(side.live.Sequential(first, side.live.ReLU(), last), *arrays)
        return [read(t) for t in (first.weight, first.bias, last.weight, last.bias)]

    agree(student, reference, script)


@case("modules", points=1, concept="train-and-eval")
def test_modes_reach_layers(student, reference):
    """train() and eval() reach the layers of a Sequential."""
    ones = np.ones((5, 4, 5))

    def script(side):
        layer, other = side.live.Dropout(0.5), side.live.Dropout(0.5)
        net = side.live.Sequential(layer, side.live.ReLU())
        modes = [(read(net.training), read(layer.training), some_dropped(net, ones))]
        for switch in (net.eval, net.train, net.eval):
            switch()
            modes.append((read(net.training), read(layer.training), some_dropped(net, ones)))
        return [*modes, some_dropped(other, ones)]

    agree(student, reference, script)


@case("linear", points=1, concept="definition")
def test_linear_value(student, reference, rng):
    """Linear is x W^T + b: the handout's numbers, then others."""
    drawn = [rng.normal(size=shape) for shape in ((2, 4), (2,), (5, 4))]

    def script(side):
        worked = put(side.live.Linear(2, 3), WEIGHT, BIAS)
        other = put(side.live.Linear(4, 2), *drawn[:2])
        return [read(worked(tensor([[2.0, 1.0]]))), read(other(tensor(drawn[2])))]

    agree(student, reference, script)


@case("linear", points=1, concept="gradient")
def test_linear_gradient(student, reference, rng):
    """Gradients come back through Linear to W, b and x."""
    weight, bias, x, upstream = (rng.normal(size=shape) for shape in ((3, 2), (3,), (4, 2), (4, 3)))
    agree(student, reference, lambda side: slopes(side, put(side.live.Linear(2, 3), weight, bias), x, upstream))


@case("linear", points="1/2", concept="initialisation")
@pytest.mark.parametrize("init", ["xavier", "kaiming"])
def test_linear_spread(student, init):
    """Linear begins with weights of the right variance and without a bias."""
    layer, variance = student.live.Linear(100, 400, init=init), 2 / 500 if init == "xavier" else 2 / 100
    spread(layer.weight, (400, 100), variance)
    close(read(layer.bias), tensor(np.zeros(400)))


@case("activations", points="1/2", concept="definition")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_value(student, reference, rng, name):
    """The activation's values, the handout's first."""
    x = np.concatenate([[-2.0, -1.0, 0.0, 1.0, 2.0], 2 * rng.normal(size=5)])
    agree(student, reference, lambda side: [read(getattr(side.live, name)()(tensor(x)))])


@case("activations", points="3/10", concept="gradient")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_gradient(student, reference, rng, name):
    """The activation's gradient, away from 0."""
    x, upstream = away_from_0(rng, 3, 4), rng.normal(size=(3, 4))
    agree(student, reference, lambda side: slopes(side, getattr(side.live, name)(), x, upstream))


@case("maxout", points=2, concept="definition")
def test_maxout_value(student, reference, rng):
    """Maxout takes the larger of two linear layers for each output."""
    drawn = [rng.normal(size=shape) for shape in ((3, 2), (3,), (3, 2), (3,), (5, 2))]

    def script(side):
        worked = put(side.live.Maxout(1, 1), [[1.0]], [0.0], [[-1.0]], [0.0])
        other = put(side.live.Maxout(2, 3), *drawn[:4])
        return [read(worked(tensor([[-2.0], [0.5]]))), read(other(tensor(drawn[4])))]

    agree(student, reference, script)


@case("dropout", points=1, concept="scale")
def test_dropout_scale(student):
    """What Dropout keeps of ones is 1 / (1 - p), in training."""
    ones = np.ones((20, 50))
    for p in (0.5, 0.2):
        layer = student.live.Dropout(p)
        evaluated, trained = (factors(layer.train(mode)(tensor(ones)), ones) for mode in (False, True))
        near([np.unique(evaluated), np.unique(trained)], [np.array([1.0]), np.array([0.0, 1 / (1 - p)])])


@case("dropout", points=1, concept="rate")
def test_dropout_rate(student):
    """Dropout drops a share of p."""
    share_dropped(student.live.Dropout(0.2)(tensor(np.ones((100, 200)))), (100, 200), 0.2)


@case("dropout", points=1, concept="train-and-eval")
def test_dropout_modes(student, rng):
    """Dropout lets everything pass in evaluation, and drops again afterwards."""
    layer, x = student.live.Dropout(0.5), rng.normal(size=(20, 50)).astype(np.float32)
    close(factors(layer.eval()(tensor(x)), x), np.ones(x.shape))
    close(some_dropped(layer.train(), x), True)
    close(factors(layer.eval()(tensor(x)), x), np.ones(x.shape))


@case("batch_norm", points=1, concept="definition")
def test_batch_norm_value(student, reference, rng):
    """BatchNorm1d normalizes each feature of a batch: the handout's numbers, then others."""
    x = rng.normal(2, 3, size=(6, 4))

    def script(side):
        return [
            read(side.live.BatchNorm1d(1)(tensor([[1.0], [3.0], [8.0]]))),
            read(side.live.BatchNorm1d(4)(tensor(x))),
        ]

    agree(student, reference, script)


@case("batch_norm", points=1, concept="running-statistics")
def test_batch_norm_running(student, reference, rng):
    """BatchNorm1d takes note of mean and variance while training."""
    x = rng.normal(2, 3, size=(6, 4))

    def script(side):
        layer = side.live.BatchNorm1d(4)
        before = [read(layer.running_mean), read(layer.running_var)]
        layer(tensor(x))
        return [*before, read(layer.running_mean), read(layer.running_var)]

    agree(student, reference, script)


@case("batch_norm", points=1, concept="train-and-eval")
def test_batch_norm_eval(student, reference, rng):
    """BatchNorm1d uses what it has taken note of in evaluation."""
    x = rng.normal(2, 3, size=(6, 4))

    def script(side):
        layer = side.live.BatchNorm1d(4)
        layer(tensor(x))
        layer.eval()
        return [read(layer(tensor(x[:3])))]

    agree(student, reference, script)


@case("mlp", points=2, concept="composition")
def test_mlp_value(student, reference, rng):
    """MLP is Linear, activation, Linear: the handout's numbers, then others."""
    drawn = [rng.normal(size=shape) for shape in ((5, 3), (5,), (2, 5), (2,), (6, 3))]

    def script(side):
        worked = put(side.live.MLP([2, 3, 1]), WEIGHT, BIAS, [[1.0, 1.0, -2.0]], [0.5])
        other = put(side.live.MLP([3, 5, 2], activation=side.live.Tanh), *drawn[:4])
        return [read(worked(tensor([[2.0, 1.0]]))), read(other(tensor(drawn[4])))]

    agree(student, reference, script)


@case("mlp", points=1, concept="composition")
def test_mlp_gradient(student, reference, rng):
    """Gradients come back through the whole MLP."""
    # All that the layers answer is positive: where activations stand is a matter of other cases.
    arrays = [rng.uniform(0.1, 1, size=shape) for shape in ((4, 2), (4,), (3, 4), (3,))]
    x, upstream = rng.uniform(0.1, 1, size=(5, 2)), rng.normal(size=(5, 3))

    def script(side):
        return slopes(side, put(side.live.MLP([2, 4, 3]), *arrays), x, upstream)

    agree(student, reference, script)


@case("gates", points="3/4", concept="truth-table")
@pytest.mark.parametrize("name", ["xor_gate", "xnor_gate"])
def test_gate_of_two_layers(student, name):
    """The gate of two layers gives its truth table."""
    gate = getattr(student.live, name)()
    close(read(gate(tensor(CORNERS))), tensor(np.array(TRUTH[name], float)[:, None]), limit=0.05)


@case("gates", points="1/2", concept="truth-table")
@pytest.mark.parametrize("name", ["and_gate", "or_gate", "not_gate"])
def test_gate_of_one_neuron(student, name):
    """The gate of one neuron gives its truth table."""
    x, truth = ([[0.0], [1.0]], [1, 0]) if name == "not_gate" else (CORNERS, TRUTH[name])
    gate = getattr(student.live, name)()
    close(read(gate(tensor(x))), tensor(np.array(truth, float)[:, None]), limit=0.05)


@case("classifier", points=1, concept="definition")
def test_softmax_classifier_value(student, reference, rng):
    """softmax_classifier of the lecture's picture: cat, car and frog."""
    pixels, weight, bias = np.ones((1, 1)), np.array([[3.0], [5.0], [-2.0]]), np.array([0.2, 0.1, 0.3])
    drawn = [rng.normal(size=shape) for shape in ((5, 4), (3, 4), (3,))]

    def script(side):
        return [side.softmax_classifier(*map(tensor, arrays)) for arrays in ((pixels, weight, bias), drawn)]

    agree(student, reference, script)


@case("classifier", points="1/2", concept="definition")
@pytest.mark.parametrize("name", ["mse_loss", "cross_entropy"])
def test_loss_value(student, reference, rng, name):
    """The loss of the handout's numbers and of others."""
    worked = ([[3.2, 5.1, -1.7]], [0]) if name == "cross_entropy" else ([1.0, 4.0, -2.0], [3.0, 4.0, 1.0])
    other = rng.normal(size=(5, 3)), rng.integers(0, 3, size=5) if name == "cross_entropy" else rng.normal(size=(5, 3))

    def script(side):
        return [getattr(side, name)(*map(tensor, pair)) for pair in (worked, other)]

    agree(student, reference, script)


@case("penalties", points=1, concept="definition")
@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_penalty_value(student, reference, rng, name):
    """The penalty of the handout's three weights, then of a network."""
    arrays = [rng.normal(size=shape) for shape in ((4, 2), (4,), (1, 4), (1,))]

    def script(side):
        neuron, net = put(side.live.Linear(3, 1), [[1.0, -2.0, 3.0]], [0.0]), put(side.live.MLP([2, 4, 1]), *arrays)
        return [getattr(side, name)(neuron, 0.1), getattr(side, name)(net, 0.01)]

    agree(student, reference, script)


@case("batches", points=1, concept="order")
def test_batches_in_order(student, rng):
    """With shuffling off, batches cuts the rows in order."""
    x, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    found = cut(student, tensor(x), tensor(y), 2, shuffle=False)
    close(found, [(tensor(x[at : at + 2]), tensor(y[at : at + 2])) for at in (0, 2, 4)])


@case("batches", points=1, concept="pairs")
def test_batches_shuffled(student):
    """Rows that batches shuffles keep their labels."""
    rows = np.arange(60.0)
    found = list(student.live.batches(tensor(rows), tensor(10 * rows), 60))
    close(len(found), 1)
    batch = read(found[0])
    batch = tuple(batch) if isinstance(batch, list) else batch
    close(batch, (tensor(0 * rows), tensor(0 * rows)), atol=1e6)  # the shapes
    x, y = (part.array.astype(np.float64) for part in batch)
    apart_from_chance(found[0], np.array([np.mean(y == 10 * x), np.mean(x == rows)]).round())
    close(np.sort(x), rows)
    close(y, 10 * x)
    assert not np.array_equal(x, rows)


@case("fit", points=1, concept="train-and-eval")
def test_evaluate_value(student, reference, rng):
    """The loss that evaluate gives is a float, and without dropout."""
    weight, bias, x, y = (rng.normal(size=shape) for shape in ((1, 3), (1,), (8, 3), (8, 1)))

    def script(side):
        layer = put(side.live.Linear(3, 1), weight, bias)
        net = side.live.Sequential(side.live.Dropout(0.5), layer)
        return [side.evaluate(net, tensor(x), tensor(y), side.live.mse_loss)]

    agree(student, reference, script)


@case("fit", points="1/2", concept="gradient-descent")
@pytest.mark.parametrize("epochs", [1, 3], ids=["one-step", "three-epochs"])
def test_fit_line(student, reference, rng, epochs):
    """A line through four points, by fit."""
    x = rng.normal(size=(4, 1))

    def script(side):
        line, data = put(side.live.Linear(1, 1), [[0.5]], [0.0]), (tensor(x), tensor(2 * x + 1))
        history = side.fit(line, *data, side.live.mse_loss, epochs, 0.1, batch_size=4, shuffle=False)
        return [history, read(line.weight), read(line.bias)]

    agree(student, reference, script)


@case("fit", points=1, concept="non-linearity")
def test_fit_learns_xor(student):
    """An MLP of eight hidden units learns XOR by fit, in the best of five tries."""
    labels = np.array(TRUTH["xor_gate"])
    for _ in range(5):
        net = student.live.MLP([2, 8, 2], activation=student.live.Tanh)
        student.fit(net, tensor(CORNERS), tensor(labels), student.live.cross_entropy, 150, 0.5, batch_size=4)
        # What was learnt is in the weights: the scores that they give are worked out here.
        parameters, shapes = list(net.parameters()), [(8, 2), (8,), (2, 8), (2,)]
        close(len(parameters), len(shapes))
        weight, bias, last, end = map(numbers, parameters, shapes)
        expected = np.tanh(CORNERS @ weight.T + bias) @ last.T + end
        near(read(net(tensor(CORNERS))), tensor(expected))
        learnt = expected.argmax(axis=1)
        if np.array_equal(learnt, labels):
            return
    close(learnt, labels)


@case("early_stopping", points=1, concept="patience")
def test_early_stopping_patience(student, reference):
    """EarlyStopping waits as long as its patience says: the handout's losses."""

    def script(side):
        stopping = side.live.EarlyStopping(patience=2)
        return [read(stopping.step(loss)) for loss in (1.0, 0.8, 0.9, 0.7, 0.75, 0.71)]

    agree(student, reference, script)


@case("early_stopping", points=1, concept="best-weights")
def test_early_stopping_restores(student, reference, rng):
    """EarlyStopping puts the best weights back."""
    drawn = [(rng.normal(size=(1, 2)), rng.normal(size=1)) for _ in range(3)]

    def script(side):
        layer, stopping = side.live.Linear(2, 1), side.live.EarlyStopping()
        for loss, arrays in zip((3.0, 1.0, 2.0), drawn, strict=True):
            put(layer, *arrays)
            stopping.step(loss, layer)
        stopping.restore(layer)
        return [read(layer.weight), read(layer.bias)]

    agree(student, reference, script)

"""hw5, hidden cases: train."""

import numpy as np
import pytest
from inputs import passes
from test_public import given, history, near, pair, tensor

from grader import case, close, read


def of_training(model):
    """The rows of each pass in training."""
    return [rows for training, _grad, rows in passes(model) if training]


@case("train", points=3, concept="last-batch")
def test_train_shows_every_row(student, rng):
    """Every epoch shows every row once in training mode, in batches of the size given, the last one partial."""
    x = np.stack([np.arange(10.0), rng.normal(size=10)], axis=1)
    model, validation = given(student)(tensor(np.eye(2))), pair(rng.normal(size=(3, 2)), [0, 1, 0])
    history(student, model, pair(x, np.arange(10) % 2), validation, epochs=3, lr=0.0, batch_size=4)
    close(read(model.rows), tensor(10))  # the buffer of the best epoch, which is the first
    seen = of_training(model)
    close([len(rows.array) for rows in seen], [4, 4, 2] * 3)
    for epoch in range(3):
        shown = np.concatenate([rows.array for rows in seen[3 * epoch : 3 * epoch + 3]])
        near(shown[shown[:, 0].argsort()], np.float32(x))


@case("train", points=2, concept="pairs")
def test_train_keeps_pairs(student, rng):
    """A model that knows the answers has no loss in training, however the rows are shuffled."""
    y = rng.permutation(np.arange(24) % 3)
    x, model = 50 * np.eye(3)[y], given(student)(tensor(np.eye(3)))
    losses, _others = history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=5)
    close([loss < 0.01 for loss in losses], [True, True])


@case("train", points=1, concept="shuffling", needs="test_train_shows_every_row")
def test_train_shuffles(student):
    """Each epoch takes the rows in another order, and mixes them, not whole batches."""
    x = np.arange(60.0)[:, None]
    model, y = given(student)(tensor(np.zeros((2, 1)))), np.arange(60) % 2
    history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=6)
    shown = np.concatenate([rows.array[:, 0] for rows in of_training(model)]).reshape(2, 10, 6)
    close(bool((shown[0] == shown[1]).all()), False)
    close(bool((np.ptp(shown, axis=2) > 5).any(axis=1).all()), True)


@case("train", points=2, concept="train-and-eval")
def test_train_modes(student, rng):
    """In every epoch train trains in training mode, and validates in evaluation mode and without gradients."""
    x, y = rng.normal(size=(8, 2)), np.arange(8) % 2
    model = given(student)(tensor(np.eye(2)), 0.5).eval()
    history(student, model, pair(x, y), pair(x, y), epochs=2, lr=0.0, batch_size=8)
    modes = [(training, grad) for training, grad, _rows in passes(model)]
    close(modes.count((True, True)), 2)
    close((True, False) in modes or (False, True) in modes, False)


@case("train", points=1, concept="last-batch")
def test_train_validates_every_row(student, reference, rng):
    """The validation loss is the mean over its rows, also where they are more than a batch."""
    weight, x, y = 3 * rng.normal(size=(3, 4)), rng.normal(size=(300, 4)), rng.integers(0, 3, size=300)

    def script(side):
        model = given(side)(tensor(weight))
        return history(side, model, pair(x[:4], y[:4]), pair(x, y), epochs=1, lr=0.0, batch_size=7)

    near(script(student), script(reference))


@case("train", points=2, concept="zero-grad")
def test_train_forgets_gradients(student, rng):
    """The gradient of a step is that of its own batch: nothing is left of the batches before, nothing is divided."""
    x, y = rng.normal(size=(8, 3)) / 9, np.arange(8) % 2
    model = given(student)(tensor(np.zeros((2, 3))))
    history(student, model, pair(x, y), pair(x, y), epochs=4, lr=0.0, batch_size=8)
    left = read(model.weight.grad)
    if left is not None:  # it may have been forgotten right after the step
        whole = 2 * (np.arange(2)[:, None] == y) - 1  # of (p - onehot) / N at p = 1/2, without its sign
        expected = -(whole / 2 / len(y)) @ x
        near(left, tensor(expected * bool(np.abs(left.array).max() > 0)))


@case("train", points=1, concept="step")
def test_train_steps_at_once(student, rng):
    """One epoch of one batch already lowers the loss: the gradient is taken before the step."""
    x, y = np.array([[3.0, -1], [-3, 1]]).repeat(4, axis=0) + rng.uniform(size=(8, 2)), np.arange(8) // 4
    model = given(student)(tensor(np.zeros((2, 2))))
    history(student, model, pair(x, y), pair(x, y), epochs=1, batch_size=8)
    scores = read(model.eval()(tensor(x)).detach())
    close(scores, tensor(np.zeros((8, 2))), atol=1e6)
    close(bool((np.diff(scores.array)[:, 0] * (2 * y - 1) > 0).all()), True)


@case("train", points="1/2", concept="early-stopping")
@pytest.mark.parametrize("patience", [1, 3], ids=["one", "three"])
def test_train_is_patient(student, rng, patience):
    """Patience counts epochs in a row without a better validation loss, and an equal loss is none."""
    falling = 3 - np.cumsum(rng.uniform(0.1, 0.3, size=5))
    losses = [*falling[:3], falling[2], *falling[3:], falling[4] + 0.5, falling[3], falling[4] + 0.2, 0.1]
    ends, best = (4, 3) if patience == 1 else (9, 6)
    losses = [float(np.float32(loss)) for loss in losses]
    model, data = given(student, "GivenCourse")(losses), pair(np.ones((4, 1)), np.zeros(4, int))
    _train, validation = history(student, model, data, data, epochs=10, patience=patience)
    near(validation, losses[:ends])
    close(read(model.epoch.data), tensor(float(best)))


@case("train", points=2, concept="best-weights")
def test_train_ends_with_the_best(student):
    """The best epoch's weights are a copy and come back with the buffers, also when no patience has run out."""
    losses = [2.0, 0.5, 0.75, 1.0, 0.625]
    model, data = given(student, "GivenCourse")(losses), pair(np.ones((6, 1)), np.zeros(6, int))
    _train, validation = history(student, model, data, data, epochs=5, batch_size=4, patience=9)
    near(validation, losses)
    close([read(model.epoch.data), read(model.count)], [tensor(2.0), tensor(2.0)])


@case("train", points=2, concept="memorisation")
def test_train_memorises(student, rng):
    """Labels that mean nothing are learnt by heart, and the validation loss shows it: it hardly falls."""
    x, y = rng.normal(size=(40, 200)), rng.permutation(np.arange(40) % 2)
    vx, vy = rng.normal(size=(40, 200)), rng.permutation(np.arange(40) % 2)
    model = given(student)(tensor(np.zeros((2, 200))))
    losses, others = history(student, model, pair(x, y), pair(vx, vy), epochs=15, batch_size=4, patience=15)
    close(len(losses), 15)
    close(losses[-1] < losses[0] / 2, True)
    close(min(others) > 0.5, True)

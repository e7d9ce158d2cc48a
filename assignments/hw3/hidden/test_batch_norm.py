"""hw3, hidden cases: BatchNorm1d in training and in evaluation."""

import numpy as np
import pytest
from common import away_from_0, put, slopes, tensor
from inputs import agree, draw, near, precise

from grader import case, raises, read, unchanged


def normed(side, x, **options):
    """What comes out of a BatchNorm1d in training."""
    return [read(side.live.BatchNorm1d(np.shape(x)[1], **options)(tensor(x)))]


def noted(side, *parts, **options):
    """What a BatchNorm1d has taken note of after these batches."""
    layer = side.live.BatchNorm1d(np.shape(parts[0])[1], **options)
    for part in parts:
        layer(tensor(part))
    return [read(layer.running_mean), read(layer.running_var)]


@case("batch_norm", points="1/2", concept="batch-of-two")
@pytest.mark.parametrize("told", [normed, noted], ids=["answer", "noted"])
def test_batch_norm_of_two(student, reference, rng, told):
    """BatchNorm1d of a batch of two: what it answers, and what it takes note of."""
    x = np.array([0.0, 5.0])[:, None] + 3 * rng.uniform(size=(2, 4))
    agree(student, reference, lambda side: told(side, x))


@case("batch_norm", points=1, concept="running-statistics")
def test_batch_norm_over_batches(student, reference, rng):
    """The running statistics of BatchNorm1d over several batches, with another momentum."""
    parts = [rng.normal(at, 1 + at, size=(5, 3)) for at in range(4)]
    agree(student, reference, lambda side: noted(side, *parts, momentum=0.3))


@case("batch_norm", points=1, concept="argument")
def test_batch_norm_eps(student, reference, rng):
    """BatchNorm1d of features that hardly vary: eps stands inside the root."""
    x = np.array([0.0, 0.3, 1.0]) * rng.normal(size=(6, 3)) + 2
    agree(student, reference, lambda side: normed(side, x, eps=0.04), atol=1e-4)  # a constant's mean may round
    hardly = 0.003 * away_from_0(rng, 6, 3)  # a variance of the size of the default eps
    agree(student, reference, lambda side: normed(side, hardly))


@case("batch_norm", points=1, concept="train-and-eval")
def test_batch_norm_evaluates(student, reference, rng):
    """BatchNorm1d in evaluation: a batch of one will do, and nothing is taken note of."""
    parts = [rng.normal(3, 2, size=(5, 3)) for _ in range(3)]

    def script(side):
        layer = put(side.live.BatchNorm1d(3), [1.0, 2.0, -1.0], [0.5, 0.0, 1.0])
        for part in parts[:2]:
            layer(tensor(part))
        layer.eval()
        answers = [read(layer(tensor(part))) for part in (parts[2], parts[2][:1])]
        answers += [read(layer.running_mean), read(layer.running_var)]
        layer.train()(tensor(parts[0]))
        return [*answers, read(layer.running_mean)]

    agree(student, reference, script)


@case("batch_norm", points=1, concept="gradient")
@pytest.mark.parametrize("mode", [True, False], ids=["train", "eval"])
def test_batch_norm_gradient(student, reference, rng, mode):
    """Gradients come back through BatchNorm1d, through its mean and variance too."""
    x, upstream, *arrays = draw(rng, (5, 3), (5, 3), (3,), (3,))
    agree(
        student, reference, lambda side: slopes(side, put(side.live.BatchNorm1d(3), *arrays).train(mode), x, upstream)
    )


@case("batch_norm", points="1/2", concept="graph")
def test_batch_norm_holds_no_graph(student, reference, rng):
    """The running statistics of BatchNorm1d are numbers, without a graph behind them."""
    x, then, upstream, own = rng.normal(3, 2, size=(5, 3)), *draw(rng, (5, 3), (5, 3), (5, 3))

    def script(side):
        layer, held = side.live.BatchNorm1d(3, momentum=0.5), side.live.tensor(x.astype(np.float32), requires_grad=True)
        layer(held)
        # What evaluation makes of other rows rests on the first ones only through what was taken note of.
        later = layer.eval()(tensor(then))
        ((later * tensor(upstream)).sum() + (held * tensor(own)).sum()).backward()
        return [read(layer.running_mean), read(later), read(held.grad)]

    agree(student, reference, script)


@case("batch_norm", points="1/2", concept="batch-of-one")
def test_batch_norm_of_one(student, reference, rng):
    """BatchNorm1d refuses a batch of one in training."""
    x = rng.normal(size=(2, 3))
    agree(student, reference, lambda side: noted(side, x, momentum=0.5)[:1])
    with raises(ValueError):
        student.live.BatchNorm1d(3)(tensor(x[:1]))


@case("batch_norm", points="1/2", concept="input-untouched")
def test_batch_norm_untouched(student, reference, rng):
    """BatchNorm1d leaves its input as it was."""
    x = rng.normal(3, 2, size=(5, 3)).astype(np.float32)
    held, layers = student.tensor(x), [side.live.BatchNorm1d(3, momentum=0.5) for side in (student, reference)]
    layers[0](held)
    unchanged(held, x)
    layers[1](tensor(x))
    near(read(layers[0].running_mean), read(layers[1].running_mean))


@case("batch_norm", points="1/2", concept="dtype")
def test_batch_norm_dtype(student, reference, rng):
    """BatchNorm1d begins in float32 and answers in the precision of its input and of what it holds, in both modes."""
    x = rng.normal(3, 2, size=(5, 3))
    for mode in (True, False):
        precise(student, reference, lambda side, mode=mode: side.live.BatchNorm1d(3).train(mode), x)

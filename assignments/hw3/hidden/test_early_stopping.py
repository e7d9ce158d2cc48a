"""hw3, hidden cases: early stopping."""

import numpy as np
import pytest
from common import put, tensor
from inputs import agree, draw

from grader import case, read


def answers(side, losses, **options):
    """What step() of EarlyStopping returns for each loss, up to its first True."""
    stopping, returned = side.EarlyStopping(**options), []
    for loss in losses:
        returned.append(stopping.step(float(loss)))
        if returned[-1] is True:
            break
    return returned


@case("early_stopping", points="1/3", concept="patience")
@pytest.mark.parametrize("options", [{"patience": 1}, {"patience": 3}, {}], ids=["one", "three", "default"])
def test_early_stopping_waits(student, reference, rng, options):
    """Patience counts epochs in a row without a better loss; an equal loss is none."""
    falling = 3 - np.cumsum(rng.uniform(0.1, 0.3, size=6))
    losses = [*falling[:3], falling[2], *falling[3:], *falling[5] + rng.uniform(0, 1, size=8)]
    agree(student, reference, lambda side: answers(side, losses, **options))


@case("early_stopping", points="1/3", concept="min-delta")
def test_early_stopping_min_delta(student, reference, rng):
    """Small gains do not count, but they add up: min_delta is measured from the best."""
    losses = np.array([1.0, 0.94, 0.87, 0.86, 0.84, 0.8, 0.76, 0.7]) + rng.uniform(0, 0.01)
    arrays = draw(rng, *[(2, 1)] * len(losses))

    def script(side):
        layer, stopping = side.live.Linear(1, 2, bias=False), side.live.EarlyStopping(patience=9, min_delta=0.1)
        for loss, array in zip(losses, arrays, strict=True):
            stopping.step(float(loss), put(layer, array))
        stopping.restore(layer)
        return [read(layer.weight)]

    agree(student, reference, script)


@case("early_stopping", points="1/2", concept="nan")
def test_early_stopping_nan(student, reference, rng):
    """A loss of NaN is no better loss, and what comes after it is compared with the best before."""
    high, low = rng.uniform(1, 2), rng.uniform(0.1, 0.9)
    losses = [np.nan, high, np.nan, low, np.nan, high, low]
    agree(student, reference, lambda side: [answers(side, some, patience=3) for some in (losses, [np.nan] * 4)])


@case("early_stopping", points=1, concept="best-weights")
def test_early_stopping_restores_all(student, reference, rng):
    """The best epoch's weights are a copy, and running statistics come back with them."""
    parts, arrays = [rng.normal(at, 1 + at, size=(5, 2)) for at in range(3)], draw(rng, *[(2,)] * 6)

    def script(side):
        norm, stopping = side.live.BatchNorm1d(2), side.live.EarlyStopping(patience=2)
        for at, loss in enumerate((2.0, 1.0, 1.5)):
            put(norm, *arrays[2 * at : 2 * at + 2])(tensor(parts[at]))
            stopping.step(loss, norm)
        stopping.restore(norm)
        return [read(tensor) for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var)]

    agree(student, reference, script)


@case("early_stopping", points="1/6", concept="best-weights")
def test_early_stopping_keeps_none(student, reference, rng):
    """As long as nothing was kept restore leaves the model alone; what is kept then is what comes back."""
    arrays = draw(rng, *[(2, 1)] * 3)

    def script(side):
        layer, stopping = side.live.Linear(1, 2, bias=False), side.live.EarlyStopping()
        stopping.restore(put(layer, arrays[0]))
        before = read(layer.weight)
        stopping.step(1.0, put(layer, arrays[1]))
        stopping.restore(put(layer, arrays[2]))
        return [before, read(layer.weight)]

    agree(student, reference, script)

"""hw3, hidden cases: the softmax classifier and its losses."""

import numpy as np
import pytest
from common import tensor
from inputs import agree, draw, in_both

from grader import case, raises, read


@case("classifier", points="3/4", concept="overflow")
def test_softmax_classifier_far(student, reference, rng):
    """softmax_classifier of scores in the thousands, rows apart."""
    x = 1000 * np.array([[1.0], [-1.0], [0.0]]) + rng.normal(size=(3, 4))
    arguments = tensor(x), tensor(np.eye(4)), tensor(np.ones(4))
    # The last bit of a score of 1000 is 6e-5.
    agree(student, reference, lambda side: [side.softmax_classifier(*arguments)], rtol=1e-3, atol=1e-4)


@case("classifier", points="3/4", concept="gradient")
def test_softmax_classifier_gradient(student, reference, rng):
    """Gradients come back through softmax_classifier."""
    x, weight, bias, upstream = draw(rng, (5, 4), (3, 4), (3,), (5, 3))

    def script(side):
        held = [side.live.tensor(array.astype(np.float32), requires_grad=True) for array in (x, weight, bias)]
        (side.live.softmax_classifier(*held) * tensor(upstream)).sum().backward()
        return [read(array.grad) for array in held]

    agree(student, reference, script)


@case("classifier", points="3/4", concept="overflow")
def test_cross_entropy_far(student, reference, rng):
    """cross_entropy of a model that is wrong by a thousand, value and gradient."""
    x, labels = rng.normal(size=(4, 3)) + np.array([[1000.0], [0], [0], [0]]) * np.eye(3)[0], np.array([1, 0, 2, 1])

    def script(side):
        held = side.live.tensor(x.astype(np.float32), requires_grad=True)
        loss = side.live.cross_entropy(held, tensor(labels))
        loss.backward()
        return [read(loss), read(held.grad)]

    agree(student, reference, script)


@case("classifier", points="3/4", concept="shape-check")
def test_mse_loss_shapes(student, reference, rng):
    """mse_loss is a mean over all elements, and refuses shapes that differ."""
    x, y = draw(rng, (4, 3), (4, 3))
    agree(student, reference, lambda side: [side.mse_loss(tensor(x), tensor(y))])
    with raises(ValueError):
        student.live.mse_loss(tensor(x[:, :1]), tensor(y[:, 0]))


NAMES = ["mse_loss", "cross_entropy", "softmax_classifier"]


def arguments(rng, name, n, c):
    """What a function is called with for n rows of c scores."""
    x, y, weight, bias = draw(rng, (n, c), (n, c), (c, c), (c,))
    return {
        "mse_loss": [x, y],
        "cross_entropy": [x, rng.integers(0, c, size=n)],
        "softmax_classifier": [x, weight, bias],
    }[name]


@case("classifier", points="1/6", concept="dtype")
@pytest.mark.parametrize("name", NAMES)
def test_classifier_dtype(student, reference, rng, name):
    """The classifier and its losses answer in the precision of their input."""
    given = arguments(rng, name, 5, 4)
    in_pairs = [in_both(part) if part.dtype.kind == "f" else [tensor(part)] * 2 for part in given]
    calls = list(zip(*in_pairs, strict=True))
    agree(student, reference, lambda side: [getattr(side, name)(*call) for call in calls], dtype=True)


@case("classifier", points="1/12", concept="batch-of-one")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 3), (4, 1)], ids=["one-row", "one-class"])
def test_classifier_of_one(student, reference, rng, shape, name):
    """The classifier and its losses of one row, and of one class."""
    given = list(map(tensor, arguments(rng, name, *shape)))
    agree(student, reference, lambda side: [getattr(side, name)(*given)])

"""hw3, hidden cases: batches with and without shuffling."""

import numpy as np
import pytest
from common import cut, tensor
from inputs import agree, draw

from grader import TensorValue, case, close, raises


@case("batches", points="1/3", concept="last-batch")
@pytest.mark.parametrize("size", [4, 30, 1], ids=["partial-last", "one-batch", "one-row"])
def test_batches_rest(student, reference, rng, size):
    """The last batch has the rows that are left; a size beyond the data gives one batch."""
    x, y = draw(rng, (10, 3), (10,))
    agree(student, reference, lambda side: cut(side, tensor(x), tensor(y), size, shuffle=False))


def shuffled(side, n, size):
    """The numbers of the rows in the order in which batches gave them, once each has been parts with its label."""
    rows = np.arange(float(n))
    parts = cut(side, tensor(rows[:, None] * [1, 2]), tensor(-rows), size)
    sizes = [min(size, n - at) for at in range(0, n, size)]
    close(parts, [(tensor(np.zeros((k, 2))), tensor(np.zeros(k))) for k in sizes], atol=1e6)  # the shapes
    x, y = (np.concatenate([batch[part].array for batch in parts]) for part in (0, 1))
    close(np.sort(x[:, 0]), np.float32(rows))
    close([x[:, 1], y], [2 * x[:, 0], -x[:, 0]])
    return x[:, 0].astype(int)


@case("batches", points=1, concept="pairs")
def test_batches_keep_pairs(student):
    """Shuffled batches have every row once, with its own label, in another order each time."""
    first, second = shuffled(student, 43, 5), shuffled(student, 43, 5)
    assert not np.array_equal(first, second)


@case("batches", points="3/4", concept="shuffling")
def test_batches_mix(student):
    """Shuffling mixes rows, not whole batches, and any order may come."""
    order, whole = rows_drawn(student, 60, 4), np.arange(60)
    assert any(np.ptp(part) >= 4 for part in order.reshape(15, 4))
    # That 15 of 59 neighbours are as far apart as each other happens once in 10^9 times.
    assert np.bincount(np.diff(order) % len(whole)).max() < 15
    # Of 120 orders 60 calls give 47, and fewer than 28 once in 10^9 times; 24 are all that begin with the same row.
    assert len({tuple(rows_drawn(student, 5, 5)) for _ in range(60)}) >= 28


def rows_drawn(side, n, size):
    """The numbers of the rows in the order in which batches gave them."""
    rows = np.arange(float(n))
    shapes = [tensor(np.zeros(min(size, n - at))) for at in range(0, n, size)]
    parts = cut(side, tensor(rows), tensor(rows), size)
    close(parts, [(shape, shape) for shape in shapes], atol=1e6)
    order = np.concatenate([batch[0].array.astype(float) for batch in parts])
    close(np.sort(order), rows)
    return order.astype(int)


@case("batches", points="1/4", concept="dtype")
def test_batches_dtype(student, reference, rng):
    """Batches leave rows as they are: images and single numbers, whole numbers and both precisions."""
    images, double = rng.normal(size=(5, 2, 3, 2)).astype(np.float32), rng.normal(size=(5, 1))
    data = [(TensorValue(images), tensor(np.arange(5))), (TensorValue(double), TensorValue(double[:, 0]))]
    data += [(TensorValue(double[:1]), tensor(np.arange(1)))]
    agree(
        student,
        reference,
        lambda side: [cut(side, *pair, size, shuffle=False) for pair in data for size in (2, 4)],
        dtype=True,
    )


@case("batches", points="1/2", concept="shape-check")
@pytest.mark.parametrize(("rows", "size"), [(5, 2), (6, 0)], ids=["uneven", "size-0"])
def test_batches_refuse(student, rows, size):
    """A size below 1, or labels that do not fit the inputs, are refused."""
    data = tensor(np.arange(6.0))
    close(
        cut(student, data, data, 3, shuffle=False),
        [(tensor(part), tensor(part)) for part in ([0.0, 1, 2], [3.0, 4, 5])],
    )
    with raises(ValueError):
        cut(student, tensor(np.ones((6, 2))), tensor(np.ones(rows)), size)

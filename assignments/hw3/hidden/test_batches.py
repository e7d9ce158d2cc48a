"""hw3, hidden cases: batches with and without shuffling."""

import numpy as np
import pytest
from inputs import agree, draw
from test_public import cut, tensor

from grader import case, close, raises


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


@case("batches", points=1, concept="shuffling")
def test_batches_mix(student):
    """Shuffling mixes rows, not whole batches, and any row may come first."""
    assert any(np.ptp(part) >= 4 for part in shuffled(student, 40, 4).reshape(10, 4))
    firsts = np.bincount([shuffled(student, 5, 5)[0] for _ in range(150)], minlength=5)
    assert firsts.min() >= 4  # 30 are expected of each row; fewer than 4 happens once in 10^9 times


@case("batches", points="1/2", concept="shape-check")
@pytest.mark.parametrize(("rows", "size"), [(5, 2), (6, 0)], ids=["uneven", "size-0"])
def test_batches_refuse(student, rows, size):
    """A size below 1, or labels that do not fit the inputs, are refused."""
    shuffled(student, 6, 4)
    with raises(ValueError):
        cut(student, tensor(np.ones((6, 2))), tensor(np.ones(rows)), size)

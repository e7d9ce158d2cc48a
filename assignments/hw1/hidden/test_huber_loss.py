"""hw1, hidden cases: huber_loss and its gradient at their edges, and around delta."""

import numpy as np
from inputs import Loss, both
from test_public import agree, pair

from grader import case

huber = Loss("huber_loss", pair, (4,))

test_huber_matrix = huber.matrix()
test_huber_batch_of_one = huber.batch_of_one()
test_huber_single = huber.single()
test_huber_column = huber.column()
test_huber_unknown_reduction = huber.unknown_reduction()
test_huber_untouched = huber.untouched()


@case("huber_loss", points="1/2", concept="kink")
@both("huber_loss")
def test_huber_threshold(student, reference, rng, name):
    """huber_loss and its gradient where the error is exactly delta."""
    x, y = pair(rng, 4)
    x[:2], y[:2] = [2.5, -1.5], [1.0, 0.0]
    agree(student, reference, name, x, y, delta=1.5)


@case("huber_loss", points="1/2", concept="delta")
@both("huber_loss")
def test_huber_small_delta(student, reference, rng, name):
    """huber_loss and its gradient where delta is small."""
    agree(student, reference, name, *pair(rng, 8), delta=float(rng.uniform(0.2, 0.5)))


@case("huber_loss", points="1/2", concept="delta")
@both("huber_loss")
def test_huber_large_delta(student, reference, rng, name):
    """huber_loss and its gradient where delta is large."""
    agree(student, reference, name, 3 * rng.normal(size=8), np.zeros(8), delta=float(rng.uniform(2, 3)))

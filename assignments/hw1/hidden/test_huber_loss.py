"""hw1, hidden cases: huber_loss and its gradient at their edges, and around delta."""

import numpy as np
from inputs import Loss
from test_public import agree, pair

huber = Loss("huber_loss", pair, (4,))

test_huber_matrix, test_huber_grad_matrix = huber.matrix()
test_huber_batch_of_one, test_huber_grad_batch_of_one = huber.batch_of_one()
test_huber_single, test_huber_grad_single = huber.single()
test_huber_column, test_huber_grad_column = huber.column()
test_huber_unknown_reduction, test_huber_grad_unknown_reduction = huber.unknown_reduction()
test_huber_untouched, test_huber_grad_untouched = huber.untouched()


def threshold(student, reference, rng, name):
    """{} and its gradient where the error is exactly delta."""
    x, y = pair(rng, 4)
    x[:2], y[:2] = [2.5, -1.5], [1.0, 0.0]
    agree(student, reference, name, x, y, delta=1.5)


test_huber_threshold, test_huber_grad_threshold = huber.edge(threshold, "kink", points="1/2")


def small_delta(student, reference, rng, name):
    """{} and its gradient where delta is small."""
    agree(student, reference, name, *pair(rng, 8), delta=float(rng.uniform(0.2, 0.5)))


test_huber_small_delta, test_huber_grad_small_delta = huber.edge(small_delta, "delta", points="1/2")


def large_delta(student, reference, rng, name):
    """{} and its gradient where delta is large."""
    agree(student, reference, name, 3 * rng.normal(size=8), np.zeros(8), delta=float(rng.uniform(2, 3)))


test_huber_large_delta, test_huber_grad_large_delta = huber.edge(large_delta, "delta", points="1/2")

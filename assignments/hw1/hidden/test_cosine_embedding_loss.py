"""hw1, hidden cases: cosine_embedding_loss and its gradient at their edges, and around the margin."""

import numpy as np
from inputs import Loss, each_reduction
from test_public import agree, pairs_of_vectors

from grader import case, raises

cosine = Loss("cosine_embedding_loss", pairs_of_vectors, (4, 3))


def matrix(student, reference, rng, name, reduction):
    """{} and its gradient over pairs of both kinds, all reductions."""
    for length in (3, 1):
        agree(student, reference, name, *pairs_of_vectors(rng, 5, length), reduction=reduction, dtype=True)


test_cosine_matrix, test_cosine_grad_matrix = cosine.edge(matrix, "mean-over-rows", each_reduction)

test_cosine_batch_of_one, test_cosine_grad_batch_of_one = cosine.batch_of_one()
test_cosine_single, test_cosine_grad_single = cosine.single()


def column(student, reference, rng, name):
    """{} and its gradient refuse shapes that do not fit."""
    x1, x2, y = pairs_of_vectors(rng, 4, 3)
    agree(student, reference, name, x1, x2, y, reduction="none")
    for x2_or_row, labels in ((x2[:1], y), (x2, y[:, None])):
        with raises(ValueError):
            getattr(student, name)(x1, x2_or_row, labels)


test_cosine_column, test_cosine_grad_column = cosine.edge(column, "shape-check", every_reduction=True)

test_cosine_unknown_reduction, test_cosine_grad_unknown_reduction = cosine.unknown_reduction()
test_cosine_untouched, test_cosine_grad_untouched = cosine.untouched()


def zero(student, reference, rng, name):
    """{} and its gradient for a vector of zeros, and for one of almost zeros."""
    x1, x2, y = pairs_of_vectors(rng, 6, 3)
    x2[0], x1[2] = 0, 0
    x2[4:] *= 1e-6
    agree(student, reference, name, x1, x2, y, reduction="none")


test_cosine_zero, test_cosine_grad_zero = cosine.edge(zero, "zero-vector")


@case("cosine_embedding_loss", points="1/2", concept="kink", needs="test_cosine_grad_derived")
def test_cosine_grad_at_margin(student, reference, rng):
    """cosine_embedding_loss_grad still pushes where the cosine is exactly the margin."""
    x1, x2, y = pairs_of_vectors(rng, 4, 2)
    x1[1], x2[1] = [2.0, 0.0], [0.0, 3.0]
    agree(student, reference, "cosine_embedding_loss_grad", x1, x2, y)


def margin(student, reference, rng, name):
    """{} and its gradient on both sides of the margin."""
    x1, cos = rng.normal(size=(5, 2)), np.array([[0.15], [0.6], [-0.15], [-0.6], [0.5]])  # each between two margins
    x2 = cos * x1 + np.sqrt(1 - cos**2) * x1[:, ::-1] * [-1, 1]
    for margin in (0.3, -0.3, 0.0):
        agree(student, reference, name, x1, x2, np.array([-1, -1, -1, -1, 1]), margin=margin)


test_cosine_margin, test_cosine_grad_margin = cosine.edge(margin, "margin", points="1/2")

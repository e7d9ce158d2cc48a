"""hw1, hidden cases: cosine_embedding_loss and its gradient at their edges, and around the margin."""

import numpy as np
from inputs import Loss, agree_and_refuse, both, each_reduction
from test_public import agree, pairs_of_vectors

from grader import case, raises

cosine = Loss("cosine_embedding_loss", pairs_of_vectors, (4, 3))


@case("cosine_embedding_loss", points="1/4", concept="mean-over-rows")
@each_reduction
@both("cosine_embedding_loss")
def test_cosine_matrix(student, reference, rng, name, reduction):
    """cosine_embedding_loss and its gradient over pairs of both kinds, all reductions."""
    agree(student, reference, name, *pairs_of_vectors(rng, 5, 3), reduction=reduction)


test_cosine_batch_of_one = cosine.batch_of_one()
test_cosine_single = cosine.single()


@case("cosine_embedding_loss", points="1/4", concept="shape-check")
@both("cosine_embedding_loss")
def test_cosine_column(student, reference, rng, name):
    """cosine_embedding_loss and its gradient refuse shapes that do not fit."""
    x1, x2, y = pairs_of_vectors(rng, 4, 3)
    agree_and_refuse(student, reference, name, (x1, x2, y), (x1, x2[:1], y))
    with raises(ValueError):
        getattr(student, name)(x1, x2, y[:, None])


test_cosine_unknown_reduction = cosine.unknown_reduction()
test_cosine_untouched = cosine.untouched()


@case("cosine_embedding_loss", points="1/4", concept="zero-vector")
@both("cosine_embedding_loss")
def test_cosine_zero(student, reference, rng, name):
    """cosine_embedding_loss and its gradient for a vector of zeros, and for one of almost zeros."""
    x1, x2, y = pairs_of_vectors(rng, 6, 3)
    x2[0], x1[2] = 0, 0
    x2[4:] *= 1e-6
    agree(student, reference, name, x1, x2, y, reduction="none")


@case("cosine_embedding_loss", points="1/2", concept="kink")
def test_cosine_grad_at_margin(student, reference, rng):
    """cosine_embedding_loss_grad still pushes where the cosine is exactly the margin."""
    x1, x2, y = pairs_of_vectors(rng, 4, 2)
    x1[1], x2[1] = [2.0, 0.0], [0.0, 3.0]
    agree(student, reference, "cosine_embedding_loss_grad", x1, x2, y)


@case("cosine_embedding_loss", points="1/2", concept="margin")
@both("cosine_embedding_loss")
def test_cosine_margin(student, reference, rng, name):
    """cosine_embedding_loss and its gradient on both sides of the margin."""
    x1, x2, _ = pairs_of_vectors(rng, 4, 3)
    x2[::2] *= -1
    for margin in (0.3, -0.3):
        agree(student, reference, name, x1, x2, np.array([-1, -1, 1, -1]), margin=margin)

"""hw1, hidden cases: bce_loss and its gradient at their edges."""

import numpy as np
from inputs import Loss, both
from test_public import agree, binary

from grader import case

bce = Loss("bce_loss", binary, (4,))

test_bce_matrix = bce.matrix()
test_bce_batch_of_one = bce.batch_of_one()
test_bce_single = bce.single()
test_bce_column = bce.column()
test_bce_unknown_reduction = bce.unknown_reduction()
test_bce_untouched = bce.untouched()


@case("bce_loss", points="1/2", concept="log-of-zero")
@both("bce_loss")
def test_bce_certain(student, reference, rng, name):
    """bce_loss and its gradient at probabilities of exactly 0 and 1."""
    p, y = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    agree(student, reference, name, p, y, reduction="none")
    agree(student, reference, name, *binary(rng, 4))


@case("bce_loss", points="1/2", concept="soft-targets")
@both("bce_loss")
def test_bce_soft(student, reference, rng, name):
    """bce_loss and its gradient with targets between 0 and 1."""
    agree(student, reference, name, *rng.uniform(0.05, 0.95, size=(2, 4, 3)))


@case("bce_loss", points="1/2", concept="element-weights")
@both("bce_loss")
def test_bce_weight(student, reference, rng, name):
    """bce_loss and its gradient with weights, spread over the rows too."""
    p, y = binary(rng, 4, 3)
    for shape in ((4, 3), (3,), (4, 1)):
        agree(student, reference, name, p, y, weight=rng.uniform(0.5, 3, size=shape))

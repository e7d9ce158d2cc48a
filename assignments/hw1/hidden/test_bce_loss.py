"""hw1, hidden cases: bce_loss and its gradient at their edges."""

import numpy as np
from inputs import Loss
from test_public import agree, binary

bce = Loss("bce_loss", binary, (4,))

test_bce_matrix, test_bce_grad_matrix = bce.matrix()
test_bce_batch_of_one, test_bce_grad_batch_of_one = bce.batch_of_one()
test_bce_single, test_bce_grad_single = bce.single()
test_bce_column, test_bce_grad_column = bce.column()
test_bce_unknown_reduction, test_bce_grad_unknown_reduction = bce.unknown_reduction()
test_bce_untouched, test_bce_grad_untouched = bce.untouched()


def certain(student, reference, rng, name):
    """{} and its gradient at probabilities of exactly 0 and 1."""
    p, y = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    agree(student, reference, name, p, y, reduction="none")
    agree(student, reference, name, *binary(rng, 4))


test_bce_certain, test_bce_grad_certain = bce.edge(certain, "log-of-zero", points="1/2")


def soft(student, reference, rng, name):
    """{} and its gradient with targets between 0 and 1."""
    agree(student, reference, name, *rng.uniform(0.05, 0.95, size=(2, 4, 3)))


test_bce_soft, test_bce_grad_soft = bce.edge(soft, "soft-targets", points="1/2")


def weight(student, reference, rng, name):
    """{} and its gradient with weights, spread over the rows too."""
    p, y = binary(rng, 4, 3)
    for shape in ((4, 3), (3,), (4, 1)):
        agree(student, reference, name, p, y, weight=rng.uniform(0.5, 3, size=shape))


test_bce_weight, test_bce_grad_weight = bce.edge(weight, "element-weights", points="1/2")

"""hw1, hidden cases: bce_with_logits_loss and its gradient at their edges."""

import numpy as np
from inputs import Loss, each_reduction, logits
from test_public import agree

bce_with_logits = Loss("bce_with_logits_loss", logits, (4,))


def soft_matrix(student, reference, rng, name, reduction):
    """{} and its gradient over a matrix of soft targets, all reductions."""
    z, y = 2 * rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))
    agree(student, reference, name, z, y, reduction=reduction, dtype=True)


test_bce_with_logits_soft_matrix, test_bce_with_logits_grad_soft_matrix = bce_with_logits.edge(
    soft_matrix, "mean-over-all", each_reduction
)

test_bce_with_logits_batch_of_one, test_bce_with_logits_grad_batch_of_one = bce_with_logits.batch_of_one()
test_bce_with_logits_single, test_bce_with_logits_grad_single = bce_with_logits.single()
test_bce_with_logits_column, test_bce_with_logits_grad_column = bce_with_logits.column()
test_bce_with_logits_unknown_reduction, test_bce_with_logits_grad_unknown_reduction = (
    bce_with_logits.unknown_reduction()
)
test_bce_with_logits_untouched, test_bce_with_logits_grad_untouched = bce_with_logits.untouched()


def far(student, reference, rng, name):
    """{} and its gradient at logits far from 0."""
    z = np.concatenate([[1000.0, 1000.0, -1000.0, -1000.0, 50.0, -50.0], rng.normal(size=2)])
    agree(student, reference, name, z, np.resize([1.0, 0.0], 8), reduction="none")
    agree(student, reference, name, z, np.resize([0.0, 1.0], 8), reduction="none")


test_bce_with_logits_far, test_bce_with_logits_grad_far = bce_with_logits.edge(far, "overflow", points="1/2")

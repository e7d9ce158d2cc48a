"""hw1, hidden cases: l1_loss and its gradient at their edges."""

from inputs import Loss
from test_public import agree, pair

from grader import case

l1 = Loss("l1_loss", pair, (4,))

test_l1_matrix, test_l1_grad_matrix = l1.matrix()
test_l1_batch_of_one, test_l1_grad_batch_of_one = l1.batch_of_one()
test_l1_single, test_l1_grad_single = l1.single()
test_l1_column, test_l1_grad_column = l1.column()
test_l1_unknown_reduction, test_l1_grad_unknown_reduction = l1.unknown_reduction()
test_l1_untouched, test_l1_grad_untouched = l1.untouched()


@case("l1_loss", points=1, concept="kink", needs="test_l1_grad_derived")
def test_l1_grad_tie(student, reference, rng):
    """l1_loss_grad is 0 where prediction and target are equal."""
    x, y = pair(rng, 6)
    x[2] = y[2]
    agree(student, reference, "l1_loss_grad", x, y)

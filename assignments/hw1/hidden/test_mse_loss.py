"""hw1, hidden cases: mse_loss and its gradient at their edges."""

from inputs import Loss
from test_public import pair

mse = Loss("mse_loss", pair, (4,))

test_mse_matrix, test_mse_grad_matrix = mse.matrix()
test_mse_batch_of_one, test_mse_grad_batch_of_one = mse.batch_of_one()
test_mse_single, test_mse_grad_single = mse.single()
test_mse_column, test_mse_grad_column = mse.column()
test_mse_unknown_reduction, test_mse_grad_unknown_reduction = mse.unknown_reduction()
test_mse_untouched, test_mse_grad_untouched = mse.untouched()

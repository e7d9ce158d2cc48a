"""hw1, hidden cases: mse_loss and its gradient at their edges."""

from inputs import Loss
from test_public import pair

mse = Loss("mse_loss", pair, (4,))

test_mse_matrix = mse.matrix()
test_mse_batch_of_one = mse.batch_of_one()
test_mse_single = mse.single()
test_mse_column = mse.column()
test_mse_unknown_reduction = mse.unknown_reduction()
test_mse_untouched = mse.untouched()

"""hw1, hidden cases: nll_loss and its gradient at their edges."""

from inputs import ClassLoss
from test_public import log_probs

nll = ClassLoss("nll_loss", log_probs, (4, 3))

test_nll_weighted, test_nll_grad_weighted = nll.class_weights()
test_nll_batch_of_one, test_nll_grad_batch_of_one = nll.batch_of_one()
test_nll_single, test_nll_grad_single = nll.single(weighted=True)
test_nll_column, test_nll_grad_column = nll.column()
test_nll_unknown_reduction, test_nll_grad_unknown_reduction = nll.unknown_reduction()
test_nll_untouched, test_nll_grad_untouched = nll.untouched()
test_nll_single_class, test_nll_grad_single_class = nll.single_class()
test_nll_absent_class, test_nll_grad_absent_class = nll.absent_class(points="1/2")
test_nll_row_ignored, test_nll_grad_row_ignored = nll.row_ignored()
test_nll_all_ignored, test_nll_grad_all_ignored = nll.all_ignored()
test_nll_positive_ignored, test_nll_grad_positive_ignored = nll.positive_ignored(points="1/2")

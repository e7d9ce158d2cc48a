"""hw1, hidden cases: nll_loss and its gradient at their edges."""

from inputs import ClassLoss
from test_public import log_probs

nll = ClassLoss("nll_loss", log_probs, (4, 3))

test_nll_weighted = nll.class_weights()
test_nll_batch_of_one = nll.batch_of_one()
test_nll_single = nll.single(weighted=True)
test_nll_column = nll.column(at=1)
test_nll_unknown_reduction = nll.unknown_reduction()
test_nll_untouched = nll.untouched()
test_nll_single_class = nll.single_class()
test_nll_absent_class = nll.absent_class(points="1/2")
test_nll_row_ignored = nll.row_ignored()
test_nll_all_ignored = nll.all_ignored()
test_nll_positive_ignored = nll.positive_ignored(points="1/2")

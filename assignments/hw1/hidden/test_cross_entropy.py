"""hw1, hidden cases: cross_entropy and its gradient at their edges, far from 0, and with label smoothing."""

import numpy as np
from inputs import REDUCTIONS, ClassLoss, classified
from test_public import agree

cross_entropy = ClassLoss("cross_entropy", classified, (4, 3))

test_cross_entropy_weighted, test_cross_entropy_grad_weighted = cross_entropy.class_weights()
test_cross_entropy_batch_of_one, test_cross_entropy_grad_batch_of_one = cross_entropy.batch_of_one()
test_cross_entropy_single, test_cross_entropy_grad_single = cross_entropy.single(weighted=True, label_smoothing=0.1)
test_cross_entropy_column, test_cross_entropy_grad_column = cross_entropy.column()
test_cross_entropy_unknown_reduction, test_cross_entropy_grad_unknown_reduction = cross_entropy.unknown_reduction()
test_cross_entropy_untouched, test_cross_entropy_grad_untouched = cross_entropy.untouched()
test_cross_entropy_single_class, test_cross_entropy_grad_single_class = cross_entropy.single_class()
test_cross_entropy_absent_class, test_cross_entropy_grad_absent_class = cross_entropy.absent_class(points="1/4")
test_cross_entropy_row_ignored, test_cross_entropy_grad_row_ignored = cross_entropy.row_ignored()
test_cross_entropy_all_ignored, test_cross_entropy_grad_all_ignored = cross_entropy.all_ignored()
test_cross_entropy_positive_ignored, test_cross_entropy_grad_positive_ignored = cross_entropy.positive_ignored(
    points="1/4"
)


def far(student, reference, rng, name):
    """{} and its gradient at logits in the thousands."""
    x, target = classified(rng, 4, 3)
    agree(student, reference, name, x + 1000, target)


test_cross_entropy_far, test_cross_entropy_grad_far = cross_entropy.edge(far, "overflow", points="1/2")


def uneven_rows(student, reference, rng, name):
    """{} and its gradient of rows near 0 and rows near -1000 together."""
    x, target = classified(rng, 4, 3)
    agree(student, reference, name, x + np.array([[0.0], [-1000.0], [0.0], [-1000.0]]), target)


test_cross_entropy_uneven_rows, test_cross_entropy_grad_uneven_rows = cross_entropy.edge(
    uneven_rows, "row-maximum", points="1/2"
)


def wrong(student, reference, rng, name):
    """{} and its gradient where the answer is confidently wrong."""
    x, target = classified(rng, 4, 3)
    x[np.arange(4), target] -= 50
    agree(student, reference, name, x, target)


test_cross_entropy_wrong, test_cross_entropy_grad_wrong = cross_entropy.edge(wrong, "confidently-wrong", points="1/2")


def very_wrong(student, reference, rng, name):
    """{} and its gradient where the answer is wrong beyond what softmax can tell from 0."""
    x, target = classified(rng, 4, 3)
    x[np.arange(4), target] -= 1000
    agree(student, reference, name, x, target)


test_cross_entropy_very_wrong, test_cross_entropy_grad_very_wrong = cross_entropy.edge(
    very_wrong, "confidently-wrong", points="1/2"
)


def smoothed_weights(student, reference, rng, name):
    """{} and its gradient with label smoothing and class weights."""
    weight, smoothing = rng.uniform(0.5, 3, size=4), float(rng.uniform(0.1, 0.4))
    x, target = classified(rng, 6, 4)
    agree(student, reference, name, x, target, weight=weight, label_smoothing=smoothing)


test_cross_entropy_smoothed_weights, test_cross_entropy_grad_smoothed_weights = cross_entropy.edge(
    smoothed_weights, "label-smoothing", points="1/2"
)


def smoothed_ignored(student, reference, rng, name):
    """{} and its gradient with label smoothing and an ignored row."""
    x, target = classified(rng, 6, 4)
    target[int(rng.integers(6))] = -100
    for reduction in REDUCTIONS:
        agree(student, reference, name, x, target, label_smoothing=0.2, reduction=reduction)


test_cross_entropy_smoothed_ignored, test_cross_entropy_grad_smoothed_ignored = cross_entropy.edge(
    smoothed_ignored, "label-smoothing", points="1/2"
)

"""hw1, the hidden cases: the edges, each for the value and for the gradient.

An edge whose answer is all zeros, NaN or an exception stands beside an ordinary value in the same case: a
constant, an empty array, or an exception always, earns nothing.
"""

import numpy as np
import pytest

from grader.judge import case, close, raises, unchanged

REDUCTIONS = ["none", "mean", "sum"]


def agree(student, reference, name, *arguments, **options):
    close(getattr(student, name)(*arguments, **options), getattr(reference, name)(*arguments, **options))


def agree_in_single(student, reference, name, *arguments, **options):
    """In float32, floats and weights alike; and so must the answer be."""
    single = [a.astype(np.float32) if a.dtype == np.float64 else a for a in arguments]
    options = {key: v.astype(np.float32) if isinstance(v, np.ndarray) else v for key, v in options.items()}
    expected = getattr(reference, name)(*single, **options)
    close(getattr(student, name)(*single, **options), expected, dtype=True)


def agree_and_leave_alone(student, reference, name, *arguments):
    held = [student.array(a) for a in arguments]
    close(getattr(student, name)(*held), getattr(reference, name)(*arguments))
    for now, before in zip(held, arguments, strict=True):
        unchanged(now, before)


def agree_and_refuse(student, reference, name, good, bad, **bad_options):
    """An ordinary value, summed so that no mean stands in the way; then a call that must raise ValueError."""
    agree(student, reference, name, *good, reduction="sum")
    with raises(ValueError):
        getattr(student, name)(*bad, **bad_options)


def pair(rng, *shape):
    """Predictions and targets whose errors have both signs and lie between 0.1 and 3."""
    y = rng.normal(size=shape)
    return y + rng.uniform(0.1, 3, size=shape) * np.resize([1, -1], shape), y


def probabilities(rng, *shape):
    """Probabilities away from 0 and 1, and hard targets of both kinds."""
    return rng.uniform(0.05, 0.95, size=shape), np.resize([1.0, 0.0], shape)


def logits(rng, *shape):
    """Logits and hard targets of both kinds."""
    return 2 * rng.normal(size=shape), np.resize([1.0, 0.0], shape)


def classified(rng, n, c):
    """Scores and classes; every class occurs where there are rows enough."""
    return 2 * rng.normal(size=(n, c)), rng.permutation(np.arange(n) % c)


def log_probs(rng, n, c):
    """Log-probabilities and classes; every class occurs where there are rows enough."""
    p = rng.uniform(0.1, 1, size=(n, c))
    return np.log(p / p.sum(axis=1, keepdims=True)), rng.permutation(np.arange(n) % c)


def vectors(rng, n, d):
    """Pairs whose cosine is positive, some to pull together and some to push apart."""
    x1 = rng.normal(size=(n, d))
    return x1, x1 * rng.uniform(0.5, 2, size=(n, 1)) + 0.5 * rng.normal(size=(n, d)), np.resize([1, -1], n)


@case("sigmoid", points=1, concept="overflow")
def test_sigmoid_far(student, reference, rng):
    """Sigmoid far from 0 is neither NaN nor infinite."""
    agree(student, reference, "sigmoid", np.concatenate([rng.normal(size=3), [-1000.0, 1000.0]]))


@case("sigmoid", points=1, concept="dtype")
def test_sigmoid_single(student, reference, rng):
    """Sigmoid of float32 stays float32."""
    agree_in_single(student, reference, "sigmoid", rng.normal(size=(3, 4)))


@case("sigmoid", points=1, concept="input-untouched")
def test_sigmoid_untouched(student, reference, rng):
    """Sigmoid leaves its input as it was."""
    agree_and_leave_alone(student, reference, "sigmoid", rng.normal(size=(3, 4)))


@case("softmax", points=1, concept="overflow")
def test_softmax_far(student, reference, rng):
    """Softmax of logits in the thousands."""
    agree(student, reference, "softmax", 1000 + rng.normal(size=(4, 3)))


@case("softmax", points="1/2", concept="row-maximum")
@pytest.mark.parametrize(("high", "low"), [(0, -1000), (600, -600)])  # e^600 and e^-600 are still numbers
def test_softmax_uneven_rows(student, reference, rng, high, low):
    """Softmax of high rows and low rows together."""
    rows = np.array([[high], [low], [high], [low]])
    agree(student, reference, "softmax", rng.normal(size=(4, 3)) + rows)


@case("softmax", points="1/2", concept="last-axis")
def test_softmax_cube(student, reference, rng):
    """Softmax is over the last axis, however many there are."""
    agree(student, reference, "softmax", rng.normal(size=(2, 3, 4)))


@case("softmax", points="1/2", concept="single-class", needs=("test_softmax_value",))
def test_softmax_single_class(student, reference, rng):
    """Softmax of one class alone is certain."""
    agree(student, reference, "softmax", rng.normal(size=(4, 1)))


@case("softmax", points="1/2", concept="dtype")
def test_softmax_single(student, reference, rng):
    """Softmax of float32 stays float32."""
    agree_in_single(student, reference, "softmax", rng.normal(size=(4, 3)))


@case("softmax", points="1/2", concept="input-untouched")
def test_softmax_untouched(student, reference, rng):
    """Softmax leaves its input as it was."""
    agree_and_leave_alone(student, reference, "softmax", rng.normal(size=(4, 3)))


@case("log_softmax", points=1, concept="log-of-zero")
def test_log_softmax_far(student, reference, rng):
    """log_softmax stays finite where softmax rounds to 0."""
    agree(student, reference, "log_softmax", rng.normal(size=(3, 3)) + np.array([1000.0, 0.0, -1000.0]))


@case("log_softmax", points=1, concept="row-maximum")
def test_log_softmax_uneven_rows(student, reference, rng):
    """log_softmax of rows near 0 and rows near -1000 together."""
    x = rng.normal(size=(4, 3)) + np.array([[0.0], [-1000.0], [0.0], [-1000.0]])
    agree(student, reference, "log_softmax", x)


@case("log_softmax", points=1, concept="overflow")
def test_log_softmax_grad_far(student, reference, rng):
    """log_softmax_grad at logits in the thousands."""
    agree(student, reference, "log_softmax_grad", 1000 + rng.normal(size=(4, 3)), rng.normal(size=(4, 3)))


@case("log_softmax", points="1/2", concept="single-class", needs=("test_log_softmax_value",))
def test_log_softmax_single_class(student, reference, rng):
    """log_softmax of one class alone is 0."""
    agree(student, reference, "log_softmax", rng.normal(size=(4, 1)))


@case("log_softmax", points="1/4", concept="last-axis")
@pytest.mark.parametrize("name", ["log_softmax", "log_softmax_grad"])
def test_log_softmax_cube(student, reference, rng, name):
    """log_softmax and its gradient are over the last axis, however many there are."""
    x, upstream = rng.normal(size=(2, 2, 3, 4))
    agree(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


@case("log_softmax", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["log_softmax", "log_softmax_grad"])
def test_log_softmax_single(student, reference, rng, name):
    """log_softmax and its gradient in float32 stay float32."""
    x, upstream = rng.normal(size=(2, 4, 3))
    agree_in_single(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


@case("log_softmax", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["log_softmax", "log_softmax_grad"])
def test_log_softmax_untouched(student, reference, rng, name):
    """log_softmax and its gradient leave their inputs as they were."""
    x, upstream = rng.normal(size=(2, 4, 3))
    agree_and_leave_alone(student, reference, name, *([x] if name == "log_softmax" else [x, upstream]))


@case("l1_loss", points="1/4", concept="mean-over-all")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_matrix(student, reference, rng, name, reduction):
    """l1_loss and its gradient over a matrix, all reductions."""
    agree(student, reference, name, *pair(rng, 4, 3), reduction=reduction)


@case("l1_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_batch_of_one(student, reference, rng, name):
    """l1_loss and its gradient for a batch of one."""
    agree(student, reference, name, *pair(rng, 1, 3))


@case("l1_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_single(student, reference, rng, name):
    """l1_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *pair(rng, 4))


@case("l1_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_column(student, reference, rng, name):
    """l1_loss and its gradient refuse shapes that do not fit."""
    x, y = pair(rng, 4)
    agree_and_refuse(student, reference, name, (x, y), (x[:, None], y))


@case("l1_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_unknown_reduction(student, reference, rng, name):
    """l1_loss and its gradient refuse an unknown reduction."""
    good = pair(rng, 4)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("l1_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["l1_loss", "l1_loss_grad"])
def test_l1_untouched(student, reference, rng, name):
    """l1_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *pair(rng, 4))


@case("l1_loss", points=1, concept="kink")
def test_l1_grad_tie(student, reference, rng):
    """l1_loss_grad is 0 where prediction and target are equal."""
    x, y = pair(rng, 6)
    x[2] = y[2]
    agree(student, reference, "l1_loss_grad", x, y)


@case("mse_loss", points="1/4", concept="mean-over-all")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_matrix(student, reference, rng, name, reduction):
    """mse_loss and its gradient over a matrix, all reductions."""
    agree(student, reference, name, *pair(rng, 4, 3), reduction=reduction)


@case("mse_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_batch_of_one(student, reference, rng, name):
    """mse_loss and its gradient for a batch of one."""
    agree(student, reference, name, *pair(rng, 1, 3))


@case("mse_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_single(student, reference, rng, name):
    """mse_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *pair(rng, 4))


@case("mse_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_column(student, reference, rng, name):
    """mse_loss and its gradient refuse shapes that do not fit."""
    x, y = pair(rng, 4)
    agree_and_refuse(student, reference, name, (x, y), (x[:, None], y))


@case("mse_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_unknown_reduction(student, reference, rng, name):
    """mse_loss and its gradient refuse an unknown reduction."""
    good = pair(rng, 4)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("mse_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["mse_loss", "mse_loss_grad"])
def test_mse_untouched(student, reference, rng, name):
    """mse_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *pair(rng, 4))


@case("huber_loss", points="1/4", concept="mean-over-all")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_matrix(student, reference, rng, name, reduction):
    """huber_loss and its gradient over a matrix, all reductions."""
    agree(student, reference, name, *pair(rng, 4, 3), reduction=reduction)


@case("huber_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_batch_of_one(student, reference, rng, name):
    """huber_loss and its gradient for a batch of one."""
    agree(student, reference, name, *pair(rng, 1, 3))


@case("huber_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_single(student, reference, rng, name):
    """huber_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *pair(rng, 4))


@case("huber_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_column(student, reference, rng, name):
    """huber_loss and its gradient refuse shapes that do not fit."""
    x, y = pair(rng, 4)
    agree_and_refuse(student, reference, name, (x, y), (x[:, None], y))


@case("huber_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_unknown_reduction(student, reference, rng, name):
    """huber_loss and its gradient refuse an unknown reduction."""
    good = pair(rng, 4)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("huber_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_untouched(student, reference, rng, name):
    """huber_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *pair(rng, 4))


@case("huber_loss", points="1/2", concept="kink")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_threshold(student, reference, rng, name):
    """huber_loss and its gradient where the error is exactly delta."""
    x, y = pair(rng, 4)
    x[:2], y[:2] = [2.5, -1.5], [1.0, 0.0]
    agree(student, reference, name, x, y, delta=1.5)


@case("huber_loss", points="1/2", concept="delta")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_small_delta(student, reference, rng, name):
    """huber_loss and its gradient where delta is small."""
    agree(student, reference, name, *pair(rng, 8), delta=float(rng.uniform(0.2, 0.5)))


@case("huber_loss", points="1/2", concept="delta")
@pytest.mark.parametrize("name", ["huber_loss", "huber_loss_grad"])
def test_huber_large_delta(student, reference, rng, name):
    """huber_loss and its gradient where delta is large."""
    agree(student, reference, name, 3 * rng.normal(size=8), np.zeros(8), delta=float(rng.uniform(2, 3)))


@case("nll_loss", points="1/4", concept="weighted-mean")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_weighted(student, reference, rng, name, reduction):
    """nll_loss and its gradient with class weights, all reductions."""
    weight = rng.uniform(0.5, 3, size=3)
    agree(student, reference, name, *log_probs(rng, 6, 3), weight=weight, reduction=reduction)


@case("nll_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_batch_of_one(student, reference, rng, name):
    """nll_loss and its gradient for a batch of one."""
    agree(student, reference, name, *log_probs(rng, 1, 3))


@case("nll_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_single(student, reference, rng, name):
    """nll_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *log_probs(rng, 4, 3), weight=rng.uniform(0.5, 3, size=3))


@case("nll_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_column(student, reference, rng, name):
    """nll_loss and its gradient refuse shapes that do not fit."""
    x, target = log_probs(rng, 4, 3)
    agree_and_refuse(student, reference, name, (x, target), (x, target[:, None]))


@case("nll_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_unknown_reduction(student, reference, rng, name):
    """nll_loss and its gradient refuse an unknown reduction."""
    good = log_probs(rng, 4, 3)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("nll_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_untouched(student, reference, rng, name):
    """nll_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *log_probs(rng, 4, 3))


@case("nll_loss", points="1/4", concept="single-class")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_single_class(student, reference, rng, name):
    """nll_loss and its gradient where there is one class alone."""
    agree(student, reference, name, *log_probs(rng, 4, 3))
    agree(student, reference, name, *log_probs(rng, 4, 1))


@case("nll_loss", points="1/2", concept="weighted-mean")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_absent_class(student, reference, rng, name):
    """nll_loss and its gradient where a weighted class has no row."""
    x, target = log_probs(rng, 6, 3)
    target[target == 1] = 2
    weight = np.array([0.5, 40.0, 3.0]) * rng.uniform(1, 2)
    agree(student, reference, name, x, target, weight=weight)


@case("nll_loss", points="1/2", concept="ignore-index")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_row_ignored(student, reference, rng, name):
    """nll_loss and its gradient where a row is ignored."""
    x, target = log_probs(rng, 6, 3)
    target[int(rng.integers(6))] = -100
    weight = rng.uniform(0.5, 3, size=3)
    agree(student, reference, name, x, target)
    agree(student, reference, name, x, target, weight=weight)


@case("nll_loss", points="1/4", concept="ignore-index")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_all_ignored(student, reference, rng, name):
    """nll_loss is NaN, and its gradient 0, where every row is ignored."""
    x, target = log_probs(rng, 4, 3)
    agree(student, reference, name, x, target)
    agree(student, reference, name, x, np.full(4, -100))


@case("nll_loss", points="1/2", concept="ignore-index")
@pytest.mark.parametrize("name", ["nll_loss", "nll_loss_grad"])
def test_nll_positive_ignored(student, reference, rng, name):
    """nll_loss and its gradient where the ignored number is positive."""
    x, target = log_probs(rng, 6, 3)
    agree(student, reference, name, x, target, ignore_index=1)
    target[target == 1] = 255
    agree(student, reference, name, x, target, ignore_index=255, reduction="none")


@case("cross_entropy", points="1/4", concept="weighted-mean")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_weighted(student, reference, rng, name, reduction):
    """cross_entropy and its gradient with class weights, all reductions."""
    weight = rng.uniform(0.5, 3, size=3)
    agree(student, reference, name, *classified(rng, 6, 3), weight=weight, reduction=reduction)


@case("cross_entropy", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_batch_of_one(student, reference, rng, name):
    """cross_entropy and its gradient for a batch of one."""
    agree(student, reference, name, *classified(rng, 1, 3))


@case("cross_entropy", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_single(student, reference, rng, name):
    """cross_entropy and its gradient in float32 stay float32."""
    agree_in_single(
        student,
        reference,
        name,
        *classified(rng, 4, 3),
        weight=rng.uniform(0.5, 3, size=3),
        label_smoothing=0.1,
    )


@case("cross_entropy", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_column(student, reference, rng, name):
    """cross_entropy and its gradient refuse shapes that do not fit."""
    x, target = classified(rng, 4, 3)
    agree_and_refuse(student, reference, name, (x, target), (x, target[:, None]))


@case("cross_entropy", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_unknown_reduction(student, reference, rng, name):
    """cross_entropy and its gradient refuse an unknown reduction."""
    good = classified(rng, 4, 3)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("cross_entropy", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_untouched(student, reference, rng, name):
    """cross_entropy and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *classified(rng, 4, 3))


@case("cross_entropy", points="1/4", concept="single-class")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_single_class(student, reference, rng, name):
    """cross_entropy and its gradient where there is one class alone."""
    agree(student, reference, name, *classified(rng, 4, 3))
    agree(student, reference, name, *classified(rng, 4, 1))


@case("cross_entropy", points="1/4", concept="weighted-mean")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_absent_class(student, reference, rng, name):
    """cross_entropy and its gradient where a weighted class has no row."""
    x, target = classified(rng, 6, 3)
    target[target == 1] = 2
    weight = np.array([0.5, 40.0, 3.0]) * rng.uniform(1, 2)
    agree(student, reference, name, x, target, weight=weight)


@case("cross_entropy", points="1/2", concept="ignore-index")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_row_ignored(student, reference, rng, name):
    """cross_entropy and its gradient where a row is ignored."""
    x, target = classified(rng, 6, 3)
    target[int(rng.integers(6))] = -100
    weight = rng.uniform(0.5, 3, size=3)
    agree(student, reference, name, x, target)
    agree(student, reference, name, x, target, weight=weight)


@case("cross_entropy", points="1/4", concept="ignore-index")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_all_ignored(student, reference, rng, name):
    """cross_entropy is NaN, and its gradient 0, where every row is ignored."""
    x, target = classified(rng, 4, 3)
    agree(student, reference, name, x, target)
    agree(student, reference, name, x, np.full(4, -100))


@case("cross_entropy", points="1/4", concept="ignore-index")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_positive_ignored(student, reference, rng, name):
    """cross_entropy and its gradient where the ignored number is positive."""
    x, target = classified(rng, 6, 3)
    agree(student, reference, name, x, target, ignore_index=1)
    target[target == 1] = 255
    agree(student, reference, name, x, target, ignore_index=255, reduction="none")


@case("cross_entropy", points="1/2", concept="overflow")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_far(student, reference, rng, name):
    """cross_entropy and its gradient at logits in the thousands."""
    x, target = classified(rng, 4, 3)
    agree(student, reference, name, x + 1000, target)


@case("cross_entropy", points="1/2", concept="row-maximum")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_uneven_rows(student, reference, rng, name):
    """cross_entropy and its gradient of rows near 0 and rows near -1000 together."""
    x, target = classified(rng, 4, 3)
    agree(student, reference, name, x + np.array([[0.0], [-1000.0], [0.0], [-1000.0]]), target)


@case("cross_entropy", points="1/2", concept="confidently-wrong")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_wrong(student, reference, rng, name):
    """cross_entropy and its gradient where the answer is confidently wrong."""
    x, target = classified(rng, 4, 3)
    x[np.arange(4), target] -= 50
    agree(student, reference, name, x, target)


@case("cross_entropy", points="1/2", concept="confidently-wrong")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_very_wrong(student, reference, rng, name):
    """cross_entropy and its gradient where the answer is wrong beyond what softmax can tell from 0."""
    x, target = classified(rng, 4, 3)
    x[np.arange(4), target] -= 1000
    agree(student, reference, name, x, target)


@case("cross_entropy", points="1/2", concept="label-smoothing")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_smoothed_weights(student, reference, rng, name):
    """cross_entropy and its gradient with label smoothing and class weights."""
    weight, smoothing = rng.uniform(0.5, 3, size=4), float(rng.uniform(0.1, 0.4))
    x, target = classified(rng, 6, 4)
    agree(student, reference, name, x, target, weight=weight, label_smoothing=smoothing)


@case("cross_entropy", points="1/2", concept="label-smoothing")
@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_grad"])
def test_cross_entropy_smoothed_ignored(student, reference, rng, name):
    """cross_entropy and its gradient with label smoothing and an ignored row."""
    x, target = classified(rng, 6, 4)
    target[int(rng.integers(6))] = -100
    for reduction in REDUCTIONS:
        agree(student, reference, name, x, target, label_smoothing=0.2, reduction=reduction)


@case("bce_loss", points="1/4", concept="mean-over-all")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_matrix(student, reference, rng, name, reduction):
    """bce_loss and its gradient over a matrix, all reductions."""
    agree(student, reference, name, *probabilities(rng, 4, 3), reduction=reduction)


@case("bce_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_batch_of_one(student, reference, rng, name):
    """bce_loss and its gradient for a batch of one."""
    agree(student, reference, name, *probabilities(rng, 1, 3))


@case("bce_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_single(student, reference, rng, name):
    """bce_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *probabilities(rng, 4))


@case("bce_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_column(student, reference, rng, name):
    """bce_loss and its gradient refuse shapes that do not fit."""
    x, y = probabilities(rng, 4)
    agree_and_refuse(student, reference, name, (x, y), (x[:, None], y))


@case("bce_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_unknown_reduction(student, reference, rng, name):
    """bce_loss and its gradient refuse an unknown reduction."""
    good = probabilities(rng, 4)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("bce_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_untouched(student, reference, rng, name):
    """bce_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *probabilities(rng, 4))


@case("bce_loss", points="1/2", concept="log-of-zero")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_certain(student, reference, rng, name):
    """bce_loss and its gradient at probabilities of exactly 0 and 1."""
    p, y = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    agree(student, reference, name, p, y, reduction="none")
    agree(student, reference, name, *probabilities(rng, 4))


@case("bce_loss", points="1/2", concept="soft-targets")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_soft(student, reference, rng, name):
    """bce_loss and its gradient with targets between 0 and 1."""
    agree(student, reference, name, *rng.uniform(0.05, 0.95, size=(2, 4, 3)))


@case("bce_loss", points="1/2", concept="element-weights")
@pytest.mark.parametrize("name", ["bce_loss", "bce_loss_grad"])
def test_bce_weight(student, reference, rng, name):
    """bce_loss and its gradient with weights, spread over the rows too."""
    p, y = probabilities(rng, 4, 3)
    for shape in ((4, 3), (3,), (4, 1)):
        agree(student, reference, name, p, y, weight=rng.uniform(0.5, 3, size=shape))


@case("bce_with_logits_loss", points="1/4", concept="mean-over-all")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_soft_matrix(student, reference, rng, name, reduction):
    """bce_with_logits_loss and its gradient over a matrix of soft targets, all reductions."""
    agree(
        student,
        reference,
        name,
        *(2 * rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))),
        reduction=reduction,
    )


@case("bce_with_logits_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_batch_of_one(student, reference, rng, name):
    """bce_with_logits_loss and its gradient for a batch of one."""
    agree(student, reference, name, *logits(rng, 1, 3))


@case("bce_with_logits_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_single(student, reference, rng, name):
    """bce_with_logits_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *logits(rng, 4))


@case("bce_with_logits_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_column(student, reference, rng, name):
    """bce_with_logits_loss and its gradient refuse shapes that do not fit."""
    x, y = logits(rng, 4)
    agree_and_refuse(student, reference, name, (x, y), (x[:, None], y))


@case("bce_with_logits_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_unknown_reduction(student, reference, rng, name):
    """bce_with_logits_loss and its gradient refuse an unknown reduction."""
    good = logits(rng, 4)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("bce_with_logits_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_untouched(student, reference, rng, name):
    """bce_with_logits_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *logits(rng, 4))


@case("bce_with_logits_loss", points="1/2", concept="overflow")
@pytest.mark.parametrize("name", ["bce_with_logits_loss", "bce_with_logits_loss_grad"])
def test_bce_with_logits_far(student, reference, rng, name):
    """bce_with_logits_loss and its gradient at logits far from 0."""
    z = np.concatenate([[1000.0, 1000.0, -1000.0, -1000.0, 50.0, -50.0], rng.normal(size=2)])
    agree(student, reference, name, z, np.resize([1.0, 0.0], 8), reduction="none")
    agree(student, reference, name, z, np.resize([0.0, 1.0], 8), reduction="none")


@case("cosine_embedding_loss", points="1/4", concept="mean-over-rows")
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_matrix(student, reference, rng, name, reduction):
    """cosine_embedding_loss and its gradient over pairs of both kinds, all reductions."""
    agree(student, reference, name, *vectors(rng, 5, 3), reduction=reduction)


@case("cosine_embedding_loss", points="1/4", concept="batch-of-one")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_batch_of_one(student, reference, rng, name):
    """cosine_embedding_loss and its gradient for a batch of one."""
    agree(student, reference, name, *vectors(rng, 1, 3))


@case("cosine_embedding_loss", points="1/4", concept="dtype")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_single(student, reference, rng, name):
    """cosine_embedding_loss and its gradient in float32 stay float32."""
    agree_in_single(student, reference, name, *vectors(rng, 4, 3))


@case("cosine_embedding_loss", points="1/4", concept="shape-check")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_column(student, reference, rng, name):
    """cosine_embedding_loss and its gradient refuse shapes that do not fit."""
    x1, x2, y = vectors(rng, 4, 3)
    agree_and_refuse(student, reference, name, (x1, x2, y), (x1, x2[:1], y))
    with raises(ValueError):
        getattr(student, name)(x1, x2, y[:, None])


@case("cosine_embedding_loss", points="1/4", concept="reduction-check")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_unknown_reduction(student, reference, rng, name):
    """cosine_embedding_loss and its gradient refuse an unknown reduction."""
    good = vectors(rng, 4, 3)
    agree_and_refuse(student, reference, name, good, good, reduction="average")


@case("cosine_embedding_loss", points="1/4", concept="input-untouched")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_untouched(student, reference, rng, name):
    """cosine_embedding_loss and its gradient leave their inputs as they were."""
    agree_and_leave_alone(student, reference, name, *vectors(rng, 4, 3))


@case("cosine_embedding_loss", points="1/4", concept="zero-vector")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_zero(student, reference, rng, name):
    """cosine_embedding_loss and its gradient for a vector of zeros, and for one of almost zeros."""
    x1, x2, y = vectors(rng, 6, 3)
    x2[0], x1[2] = 0, 0
    x2[4:] *= 1e-6
    agree(student, reference, name, x1, x2, y, reduction="none")


@case("cosine_embedding_loss", points="1/2", concept="kink")
def test_cosine_grad_at_margin(student, reference, rng):
    """cosine_embedding_loss_grad still pushes where the cosine is exactly the margin."""
    x1, x2, y = vectors(rng, 4, 2)
    x1[1], x2[1] = [2.0, 0.0], [0.0, 3.0]
    agree(student, reference, "cosine_embedding_loss_grad", x1, x2, y)


@case("cosine_embedding_loss", points="1/2", concept="margin")
@pytest.mark.parametrize("name", ["cosine_embedding_loss", "cosine_embedding_loss_grad"])
def test_cosine_margin(student, reference, rng, name):
    """cosine_embedding_loss and its gradient on both sides of the margin."""
    x1, x2, _ = vectors(rng, 4, 3)
    x2[::2] *= -1
    for margin in (0.3, -0.3):
        agree(student, reference, name, x1, x2, np.array([-1, -1, 1, -1]), margin=margin)

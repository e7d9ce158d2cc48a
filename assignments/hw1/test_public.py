"""hw1, the cases that members see: the handout's own numbers, then ordinary inputs.

The handout's numbers stand first in a case, so that a wrong answer can be followed by hand; the inputs drawn
after them are what keeps those numbers from being the whole answer.
"""

import numpy as np
import pytest

from grader import case, close

LECTURE_LOGITS = np.array([[3.2, 5.1, -1.7]])
PREDICTED, WANTED = np.array([1.0, 4.0, -2.0]), np.array([3.0, 4.0, 1.0])


def pair(rng, *shape):
    """Predictions and targets whose errors have both signs and lie between 0.1 and 3."""
    y = rng.normal(size=shape)
    return y + rng.uniform(0.1, 3, size=shape) * np.resize([1, -1], shape), y


def agree(student, reference, name, *arguments, dtype=False, atol=None, **options):
    expected = getattr(reference, name)(*arguments, **options)
    close(getattr(student, name)(*arguments, **options), expected, dtype=dtype, atol=atol)


@case("sigmoid", points=1, concept="definition")
def test_sigmoid_value(student, reference, rng):
    """Sigmoid of ordinary numbers."""
    agree(student, reference, "sigmoid", np.array([0.0, 2.0, -2.0]))
    agree(student, reference, "sigmoid", rng.normal(size=(3, 4)))


@case("softmax", points=1, concept="definition")
def test_softmax_value(student, reference, rng):
    """Softmax of the lecture's cat, car and frog scores."""
    agree(student, reference, "softmax", LECTURE_LOGITS)
    agree(student, reference, "softmax", rng.normal(size=5))


@case("softmax", points=1, concept="last-axis")
def test_softmax_rows(student, reference, rng):
    """Softmax makes each row sum to 1."""
    agree(student, reference, "softmax", rng.normal(size=(4, 3)))


@case("log_softmax", points=1, concept="definition")
def test_log_softmax_value(student, reference, rng):
    """log_softmax of the lecture's scores and of several rows."""
    agree(student, reference, "log_softmax", LECTURE_LOGITS)
    agree(student, reference, "log_softmax", rng.normal(size=(4, 3)))


@case("log_softmax", points=1, concept="gradient")
def test_log_softmax_grad_derived(student, reference, rng):
    """log_softmax_grad is worked out by a formula."""
    agree(student, reference, "log_softmax_grad", *rng.normal(size=(2, 4, 3)))
    x, upstream = rng.normal(size=(2, 8, 100))
    x[3, 5] = -1e30
    agree(student, reference, "log_softmax_grad", x, upstream)


@case("log_softmax", points=1, concept="chain-rule", needs="test_log_softmax_grad_derived")
def test_log_softmax_grad_value(student, reference, rng):
    """log_softmax_grad carries an upstream gradient back."""
    x, upstream = rng.normal(size=(2, 4, 3))
    agree(student, reference, "log_softmax_grad", x, upstream)


@case("l1_loss", points=1, concept="definition")
def test_l1_value(student, reference, rng):
    """l1_loss of the handout's three errors is their mean."""
    agree(student, reference, "l1_loss", PREDICTED, WANTED)
    agree(student, reference, "l1_loss", *pair(rng, 6))


@case("l1_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_l1_reductions(student, reference, rng, reduction):
    """l1_loss follows `reduction`."""
    agree(student, reference, "l1_loss", *pair(rng, 6), reduction=reduction)


@case("l1_loss", points="1/2", concept="gradient")
def test_l1_grad_derived(student, reference, rng):
    """l1_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "l1_loss_grad", PREDICTED, WANTED, reduction="sum")
    x, y = pair(rng, 8)
    x[:2] = y[:2] = 1e17
    x[0] += 64
    y[1] += 64
    agree(student, reference, "l1_loss_grad", x, y, reduction="sum")


@case("l1_loss", points="1/2", concept="gradient", needs="test_l1_grad_derived")
def test_l1_grad_value(student, reference, rng):
    """l1_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "l1_loss_grad", PREDICTED, WANTED)
    agree(student, reference, "l1_loss_grad", *pair(rng, 6))
    agree(student, reference, "l1_loss_grad", *pair(rng, 6), reduction="none")


@case("mse_loss", points="1/2", concept="definition")
def test_mse_value(student, reference, rng):
    """mse_loss of the handout's three errors is the mean of their squares."""
    agree(student, reference, "mse_loss", PREDICTED, WANTED)
    agree(student, reference, "mse_loss", *pair(rng, 6))


@case("mse_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_mse_reductions(student, reference, rng, reduction):
    """mse_loss follows `reduction`."""
    agree(student, reference, "mse_loss", *pair(rng, 6), reduction=reduction)


@case("mse_loss", points=1, concept="gradient")
def test_mse_grad_derived(student, reference, rng):
    """mse_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "mse_loss_grad", PREDICTED, WANTED, reduction="sum")
    x, y = pair(rng, 8)
    x[0] = 1e200
    agree(student, reference, "mse_loss_grad", x, y, reduction="sum")


@case("mse_loss", points="1/2", concept="gradient", needs="test_mse_grad_derived")
def test_mse_grad_value(student, reference, rng):
    """mse_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "mse_loss_grad", PREDICTED, WANTED)
    agree(student, reference, "mse_loss_grad", *pair(rng, 6))
    agree(student, reference, "mse_loss_grad", *pair(rng, 6), reduction="none")


@case("huber_loss", points=1, concept="definition")
def test_huber_value(student, reference, rng):
    """huber_loss of the handout's three errors, by two deltas."""
    for delta in (1.0, 2.0):
        agree(student, reference, "huber_loss", PREDICTED, WANTED, delta=delta)
    agree(student, reference, "huber_loss", *pair(rng, 6))


@case("huber_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_huber_reductions(student, reference, rng, reduction):
    """huber_loss follows `reduction`."""
    agree(student, reference, "huber_loss", *pair(rng, 6), reduction=reduction)


@case("huber_loss", points="1/2", concept="gradient")
def test_huber_grad_derived(student, reference, rng):
    """huber_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "huber_loss_grad", PREDICTED, WANTED, delta=2.0, reduction="sum")
    x, y = pair(rng, 8)
    x[:2] = y[:2] = 1e17
    x[0] += 64
    y[1] += 64
    agree(student, reference, "huber_loss_grad", x, y, reduction="sum")


@case("huber_loss", points="1/2", concept="gradient", needs="test_huber_grad_derived")
def test_huber_grad_value(student, reference, rng):
    """huber_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "huber_loss_grad", PREDICTED, WANTED, delta=2.0)
    agree(student, reference, "huber_loss_grad", *pair(rng, 6))
    agree(student, reference, "huber_loss_grad", *pair(rng, 6), reduction="none")


def log_probs(rng, n, c):
    """Log-probabilities of n rows, and a class for each; every class occurs where there are rows enough."""
    p = rng.uniform(0.1, 1, size=(n, c))
    return np.log(p / p.sum(axis=1, keepdims=True)), rng.permutation(np.arange(n) % c)


@case("nll_loss", points=1, concept="definition")
def test_nll_value(student, reference, rng):
    """nll_loss picks each row's log-probability and turns its sign."""
    agree(student, reference, "nll_loss", np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), np.array([0, 2]))
    agree(student, reference, "nll_loss", *log_probs(rng, 6, 3))


@case("nll_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_nll_reductions(student, reference, rng, reduction):
    """nll_loss follows `reduction`."""
    agree(student, reference, "nll_loss", *log_probs(rng, 6, 3), reduction=reduction)


@case("nll_loss", points=1, concept="class-weights")
def test_nll_weight(student, reference, rng):
    """nll_loss with class weights takes a weighted mean."""
    example = np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), np.array([0, 2])
    agree(student, reference, "nll_loss", *example, weight=np.array([1.0, 1.0, 3.0]))
    agree(student, reference, "nll_loss", *log_probs(rng, 6, 3), weight=rng.uniform(0.5, 3, size=3))


@case("nll_loss", points="1/2", concept="gradient")
def test_nll_grad_derived(student, reference, rng):
    """nll_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "nll_loss_grad", *log_probs(rng, 6, 3), reduction="sum")
    scores, target = log_probs(rng, 10, 100)
    scores[3, target[3]] = -np.inf
    agree(student, reference, "nll_loss_grad", scores, target, reduction="sum")


@case("nll_loss", points="1/2", concept="gradient", needs="test_nll_grad_derived")
def test_nll_grad_value(student, reference, rng):
    """nll_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "nll_loss_grad", *log_probs(rng, 6, 3))
    agree(student, reference, "nll_loss_grad", *log_probs(rng, 6, 3), reduction="none")


@case("cross_entropy", points="1/2", concept="definition")
def test_cross_entropy_value(student, reference, rng):
    """cross_entropy of the lecture's cat, and of several rows."""
    agree(student, reference, "cross_entropy", LECTURE_LOGITS, np.array([0]))
    agree(student, reference, "cross_entropy", rng.normal(size=(6, 3)), rng.integers(0, 3, size=6))


@case("cross_entropy", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_cross_entropy_reductions(student, reference, rng, reduction):
    """cross_entropy follows `reduction`."""
    target = rng.integers(0, 3, size=6)
    agree(student, reference, "cross_entropy", rng.normal(size=(6, 3)), target, reduction=reduction)


@case("cross_entropy", points=1, concept="label-smoothing")
def test_cross_entropy_smoothing(student, reference, rng):
    """cross_entropy with label smoothing asks a little of every class."""
    agree(student, reference, "cross_entropy", LECTURE_LOGITS, np.array([0]), label_smoothing=0.3)
    target = rng.integers(0, 3, size=6)
    agree(student, reference, "cross_entropy", rng.normal(size=(6, 3)), target, label_smoothing=0.1)


@case("cross_entropy", points="3/2", concept="gradient")
def test_cross_entropy_grad_derived(student, reference, rng):
    """cross_entropy_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "cross_entropy_grad", rng.normal(size=(2, 3)), np.array([2, 0]), reduction="sum")
    logits, target = rng.normal(size=(8, 100)), rng.integers(0, 100, size=8)
    logits[3, target[3]] = -1e30
    agree(student, reference, "cross_entropy_grad", logits, target, reduction="sum")
    # The same rows 25 times: no more to derive, but a loss for each of 20,000 logits takes longer than a case may
    many = np.tile(logits, (25, 1)), np.tile(target, 25)
    agree(student, reference, "cross_entropy_grad", *many, reduction="sum")


@case("cross_entropy", points=1, concept="gradient", needs="test_cross_entropy_grad_derived")
def test_cross_entropy_grad_value(student, reference, rng):
    """cross_entropy_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "cross_entropy_grad", LECTURE_LOGITS, np.array([0]))
    agree(student, reference, "cross_entropy_grad", rng.normal(size=(6, 3)), rng.integers(0, 3, size=6))
    agree(
        student, reference, "cross_entropy_grad", rng.normal(size=(6, 3)), rng.integers(0, 3, size=6), reduction="none"
    )


def binary(rng, *shape):
    """Probabilities away from 0 and 1, and hard targets of both kinds."""
    return rng.uniform(0.05, 0.95, size=shape), np.resize([1.0, 0.0], shape)


@case("bce_loss", points=1, concept="definition")
def test_bce_value(student, reference, rng):
    """bce_loss of the handout's two predictions is their mean."""
    agree(student, reference, "bce_loss", np.array([0.8, 0.8]), np.array([1.0, 0.0]))
    agree(student, reference, "bce_loss", *binary(rng, 6))


@case("bce_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_bce_reductions(student, reference, rng, reduction):
    """bce_loss follows `reduction`."""
    agree(student, reference, "bce_loss", *binary(rng, 6), reduction=reduction)


@case("bce_loss", points="1/2", concept="gradient")
def test_bce_grad_derived(student, reference, rng):
    """bce_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "bce_loss_grad", np.array([0.8, 0.8]), np.array([1.0, 0.0]), reduction="sum")
    p, y = binary(rng, 8)
    p[:2] = 1e-9, 1 - 1e-9
    agree(student, reference, "bce_loss_grad", p, y, reduction="sum")


@case("bce_loss", points="1/2", concept="gradient", needs="test_bce_grad_derived")
def test_bce_grad_value(student, reference, rng):
    """bce_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "bce_loss_grad", np.array([0.8, 0.8]), np.array([1.0, 0.0]))
    agree(student, reference, "bce_loss_grad", *binary(rng, 6))
    agree(student, reference, "bce_loss_grad", *binary(rng, 6), reduction="none")


@case("bce_with_logits_loss", points=1, concept="definition")
def test_bce_with_logits_value(student, reference, rng):
    """bce_with_logits_loss takes logits, not probabilities."""
    agree(student, reference, "bce_with_logits_loss", np.array([2.0, 2.0]), np.array([1.0, 0.0]))
    agree(student, reference, "bce_with_logits_loss", rng.normal(size=6), np.resize([1.0, 0.0], 6))


@case("bce_with_logits_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_bce_with_logits_reductions(student, reference, rng, reduction):
    """bce_with_logits_loss follows `reduction`."""
    z, y = rng.normal(size=6), np.resize([1.0, 0.0], 6)
    agree(student, reference, "bce_with_logits_loss", z, y, reduction=reduction)


@case("bce_with_logits_loss", points="1/2", concept="gradient")
def test_bce_with_logits_grad_derived(student, reference, rng):
    """bce_with_logits_loss_grad is the derivative of the sum, by a formula."""
    handout = np.array([2.0, 2.0]), np.array([1.0, 0.0])
    agree(student, reference, "bce_with_logits_loss_grad", *handout, reduction="sum")
    z, y = rng.normal(size=8), np.resize([1.0, 0.0], 8)
    z[1] = np.finfo(float).max
    agree(student, reference, "bce_with_logits_loss_grad", z, y, reduction="sum")


@case("bce_with_logits_loss", points="1/2", concept="gradient", needs="test_bce_with_logits_grad_derived")
def test_bce_with_logits_grad_value(student, reference, rng):
    """bce_with_logits_loss_grad is the derivative of the mean, and of every loss."""
    agree(student, reference, "bce_with_logits_loss_grad", np.array([2.0, 2.0]), np.array([1.0, 0.0]))
    agree(student, reference, "bce_with_logits_loss_grad", rng.normal(size=6), np.resize([1.0, 0.0], 6))
    agree(
        student, reference, "bce_with_logits_loss_grad", rng.normal(size=6), np.resize([1.0, 0.0], 6), reduction="none"
    )


def pairs_of_vectors(rng, n, d):
    """Pairs whose cosine is positive, some to pull together and some to push apart."""
    x1 = rng.normal(size=(n, d))
    return x1, x1 * rng.uniform(0.5, 2, size=(n, 1)) + 0.5 * rng.normal(size=(n, d)), np.resize([1, -1], n)


@case("cosine_embedding_loss", points="3/4", concept="definition")
def test_cosine_value(student, reference, rng):
    """cosine_embedding_loss of the handout's pair, alike and not alike."""
    x1, x2 = np.array([[3.0, 4.0], [3.0, 4.0]]), np.array([[4.0, 3.0], [4.0, 3.0]])
    agree(student, reference, "cosine_embedding_loss", x1, x2, np.array([1, -1]), margin=0.5)
    agree(student, reference, "cosine_embedding_loss", *pairs_of_vectors(rng, 4, 3))


@case("cosine_embedding_loss", points="1/2", concept="reduction")
@pytest.mark.parametrize("reduction", ["none", "sum"])
def test_cosine_reductions(student, reference, rng, reduction):
    """cosine_embedding_loss follows `reduction`."""
    agree(student, reference, "cosine_embedding_loss", *pairs_of_vectors(rng, 4, 3), reduction=reduction)


@case("cosine_embedding_loss", points="3/4", concept="gradient")
def test_cosine_grad_derived(student, reference, rng):
    """cosine_embedding_loss_grad is the derivative of the sum, by a formula."""
    agree(student, reference, "cosine_embedding_loss_grad", *pairs_of_vectors(rng, 4, 3), reduction="sum")
    x1, x2, y = pairs_of_vectors(rng, 8, 100)
    x1[0], x2[0] = 0, 0
    x1[0, :2] = 1e30, rng.uniform(0.5, 2)
    x2[0, 1] = rng.uniform(0.5, 2)
    agree(student, reference, "cosine_embedding_loss_grad", x1, x2, y, atol=0, reduction="sum")


@case("cosine_embedding_loss", points="1/2", concept="gradient", needs="test_cosine_grad_derived")
def test_cosine_grad_value(student, reference, rng):
    """cosine_embedding_loss_grad is the derivative by x1, of the mean and of every loss."""
    agree(student, reference, "cosine_embedding_loss_grad", *pairs_of_vectors(rng, 4, 3))
    agree(student, reference, "cosine_embedding_loss_grad", *pairs_of_vectors(rng, 4, 3), reduction="none")

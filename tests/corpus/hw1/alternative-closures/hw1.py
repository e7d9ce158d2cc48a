"""Functional: a loss is a pure function of arrays, and what reduces it is put around it."""

from functools import partial
from operator import truediv

import numpy as np

sum_last = partial(np.sum, axis=-1, keepdims=True)


def softmax(x):
    return np.exp(log_softmax(x))


def log_softmax(x):
    return (lambda s: s - np.log(sum_last(np.exp(s))))(x - np.max(x, axis=-1, keepdims=True))


def log_softmax_grad(x, upstream):
    return upstream - softmax(x) * sum_last(upstream)


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def log_sigmoid(x):
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def chosen(reduction, table):
    """The table's entry; whatever it lacks is no reduction."""
    try:
        return table[reduction]
    except (KeyError, TypeError):
        raise ValueError(f"reduction={reduction!r}") from None


def or_nan(total, count):
    return truediv(total, count) if count else total * np.nan


def reduced(losses_of, fits):
    """A loss from a function that gives all losses and what their mean divides by."""

    def loss(*arrays, reduction="mean", **options):
        how = chosen(
            reduction,
            {
                "none": lambda losses, count: losses,
                "sum": lambda losses, count: losses.sum(),
                "mean": lambda losses, count: or_nan(losses.sum(), count),
            },
        )
        fits(*arrays)
        return how(*losses_of(*arrays, **options))

    return loss


def reduced_grad(grads_of, fits):
    def grad(*arrays, reduction="mean", **options):
        scaled = chosen(
            reduction,
            {
                "none": lambda grads, count: grads,
                "sum": lambda grads, count: grads,
                "mean": lambda grads, count: grads / count if count else grads,
            },
        )
        fits(*arrays)
        return scaled(*grads_of(*arrays, **options))

    return grad


def refuse_unless(ok, text):
    if not ok:
        raise ValueError(text)


def alike(x, y):
    refuse_unless(x.shape == y.shape, "x and y differ in shape")


def one_class_a_row(x, target):
    refuse_unless(x.shape[:1] == target.shape, "there must be one class for each row")


def one_label_a_pair(x1, x2, y):
    refuse_unless(x1.shape == x2.shape and x1.shape[:1] == y.shape, "there must be one label for each pair")


def by_element(f):
    """All elements count alike."""

    def losses_of(x, *rest, **options):
        losses = f(x, *rest, **options)
        return losses, losses.size

    return losses_of


def with_weight(f):
    def weighted(p, y, weight=None):
        return f(p, y) if weight is None else f(p, y) * weight

    return weighted


def class_weights(x, weight):
    return np.ones(x.shape[1], x.dtype) if weight is None else weight


def row_weights(x, target, weight, ignore_index):
    """The weight of each row's class, 0 where the row is ignored; and a class for each row that is safe to look up."""
    safe = np.where(target == ignore_index, 0, target)
    return np.where(target == ignore_index, 0, class_weights(x, weight)[safe]), safe


def nll_losses(x, target, weight=None, ignore_index=-100):
    w, safe = row_weights(x, target, weight, ignore_index)
    return -w * x[np.arange(len(x)), safe], w.sum()


def nll_grads(x, target, weight=None, ignore_index=-100):
    w, safe = row_weights(x, target, weight, ignore_index)
    return -w[:, None] * (safe[:, None] == np.arange(x.shape[1])), w.sum()


def smoothed(x, target, weight, ignore_index, label_smoothing):
    """What is asked of every class: the target distribution times the weights."""
    w, safe = row_weights(x, target, weight, ignore_index)
    hard = w[:, None] * (safe[:, None] == np.arange(x.shape[1]))
    soft = np.where(target == ignore_index, 0, 1 / x.shape[1]).astype(x.dtype)[:, None] * class_weights(x, weight)
    return (1 - label_smoothing) * hard + label_smoothing * soft, w.sum()


def cross_entropy_losses(x, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    asked, total = smoothed(x, target, weight, ignore_index, label_smoothing)
    return -np.sum(asked * log_softmax(x), axis=-1), total


def cross_entropy_grads(x, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    asked, total = smoothed(x, target, weight, ignore_index, label_smoothing)
    return log_softmax_grad(x, -asked), total


def clamped_log(p):
    with np.errstate(divide="ignore"):
        return np.clip(np.log(p), -100, 0)


def huber(x, y, delta=1.0):
    return (lambda e: np.where(e > delta, delta * e - delta**2 / 2, e**2 / 2))(np.abs(x - y))


def huber_slope(x, y, delta=1.0):
    return np.median([x - y, np.full_like(x, delta), np.full_like(x, -delta)], axis=0)


def binary(p, y):
    return -y * clamped_log(p) - (1 - y) * clamped_log(1 - p)


def binary_slope(p, y):
    return (p - y) / np.maximum(p - p * p, 1e-12)


def cosine(x1, x2):
    squares = [np.sum(x * x, axis=-1, keepdims=True) + 1e-12 for x in (x1, x2)]
    norms = np.sqrt(squares[0] * squares[1])
    cos = sum_last(x1 * x2) / norms
    return cos, x2 / norms - cos * x1 / squares[0]


def cosine_losses(x1, x2, y, margin=0.0):
    cos = cosine(x1, x2)[0][:, 0]
    return np.select([y == 1, cos > margin], [1 - cos, cos - margin], 0), len(y)


def cosine_grads(x1, x2, y, margin=0.0):
    cos, slope = cosine(x1, x2)
    return np.select([(y == 1)[:, None], cos >= margin], [-slope, slope], 0), len(y)


# Asked-for names are made by other functions; the arguments after the arrays go by position too


def positional(loss, *names):
    """`loss(x, y, 1.0, "sum")` as well as `loss(x, y, delta=1.0, reduction="sum")`."""

    def called(*arguments, **options):
        arrays = len(arguments) if len(arguments) < called.arrays else called.arrays
        return loss(*arguments[:arrays], **dict(zip(names, arguments[arrays:])), **options)

    called.arrays = 3 if names[:1] == ("margin",) else 2
    return called


l1_loss = positional(reduced(by_element(lambda x, y: np.abs(x - y)), alike), "reduction")
l1_loss_grad = positional(reduced_grad(by_element(lambda x, y: np.sign(x - y)), alike), "reduction")
mse_loss = positional(reduced(by_element(lambda x, y: (x - y) ** 2), alike), "reduction")
mse_loss_grad = positional(reduced_grad(by_element(lambda x, y: 2 * (x - y)), alike), "reduction")
huber_loss = positional(reduced(by_element(huber), alike), "delta", "reduction")
huber_loss_grad = positional(reduced_grad(by_element(huber_slope), alike), "delta", "reduction")
nll_loss = positional(reduced(nll_losses, one_class_a_row), "weight", "ignore_index", "reduction")
nll_loss_grad = positional(reduced_grad(nll_grads, one_class_a_row), "weight", "ignore_index", "reduction")
cross_entropy = positional(
    reduced(cross_entropy_losses, one_class_a_row), "weight", "ignore_index", "label_smoothing", "reduction"
)
cross_entropy_grad = positional(
    reduced_grad(cross_entropy_grads, one_class_a_row), "weight", "ignore_index", "label_smoothing", "reduction"
)
bce_loss = positional(reduced(by_element(with_weight(binary)), alike), "weight", "reduction")
bce_loss_grad = positional(reduced_grad(by_element(with_weight(binary_slope)), alike), "weight", "reduction")
bce_with_logits_loss = positional(
    reduced(by_element(lambda z, y: -y * log_sigmoid(z) - (1 - y) * log_sigmoid(-z)), alike), "reduction"
)
bce_with_logits_loss_grad = positional(reduced_grad(by_element(lambda z, y: sigmoid(z) - y), alike), "reduction")
cosine_embedding_loss = positional(reduced(cosine_losses, one_label_a_pair), "margin", "reduction")
cosine_embedding_loss_grad = positional(reduced_grad(cosine_grads, one_label_a_pair), "margin", "reduction")

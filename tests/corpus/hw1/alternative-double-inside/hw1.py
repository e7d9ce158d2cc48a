"""Computed in the widest floats there are, whatever came in; a decorator brings the answer back to the input's dtype."""

import functools

import numpy as np


def exactly(function):
    """Floats among the arguments become long doubles; the answer gets the dtype of the first argument."""

    @functools.wraps(function)
    def wide(first, *rest, **options):
        def widened(x):
            return x.astype(np.longdouble) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

        options = {key: widened(value) for key, value in options.items()}
        answer = function(widened(first), *map(widened, rest), **options)
        return np.asarray(answer).astype(first.dtype)[()]

    return wide


def reduce(values, reduction, size=None):
    if reduction == "none":
        return values
    if reduction == "sum":
        return values.sum()
    if reduction == "mean":
        with np.errstate(invalid="ignore"):
            return values.sum() / np.longdouble(values.size if size is None else size)
    raise ValueError(f"unknown reduction {reduction}")


def divide(values, reduction, size=None):
    if reduction == "mean":
        size = np.longdouble(values.size if size is None else size)
        return np.divide(values, size, out=np.zeros_like(values), where=size != 0)
    if reduction in {"none", "sum"}:
        return values
    raise ValueError(f"unknown reduction {reduction}")


def equal_shapes(*arrays):
    if len({array.shape for array in arrays}) > 1:
        raise ValueError("shapes: " + ", ".join(str(array.shape) for array in arrays))


def log_sum_exp(x):
    return np.logaddexp.reduce(x, axis=-1, keepdims=True)


@exactly
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


@exactly
def softmax(x):
    return np.exp(x - log_sum_exp(x))


@exactly
def log_softmax(x):
    return x - log_sum_exp(x)


@exactly
def log_softmax_grad(x, upstream):
    return upstream - np.exp(x - log_sum_exp(x)) * upstream.sum(-1)[..., None]


@exactly
def l1_loss(x, y, reduction="mean"):
    equal_shapes(x, y)
    return reduce(abs(x - y), reduction)


@exactly
def l1_loss_grad(x, y, reduction="mean"):
    equal_shapes(x, y)
    return divide(np.sign(x - y), reduction)


@exactly
def mse_loss(x, y, reduction="mean"):
    equal_shapes(x, y)
    return reduce(np.square(x - y), reduction)


@exactly
def mse_loss_grad(x, y, reduction="mean"):
    equal_shapes(x, y)
    return divide(2 * x - 2 * y, reduction)


@exactly
def huber_loss(x, y, delta=1.0, reduction="mean"):
    equal_shapes(x, y)
    e = abs(x - y)
    return reduce(np.piecewise(e, [e < delta], [lambda e: e * e / 2, lambda e: delta * e - delta**2 / 2]), reduction)


@exactly
def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    equal_shapes(x, y)
    e = x - y
    return divide(np.where(abs(e) > delta, delta * np.sign(e), e), reduction)


@exactly
def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    equal_shapes(log_probs[:, 0], target)
    kept = target != ignore_index
    classes = np.where(kept, target, 0)  # some class or other: its weight is set to 0
    w = kept * (np.ones(log_probs.shape[1]) if weight is None else weight)[classes]
    picked = np.take_along_axis(log_probs, classes[:, None], axis=1)[:, 0]
    return reduce(-w * picked, reduction, w.sum())


@exactly
def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    equal_shapes(log_probs[:, 0], target)
    kept = target != ignore_index
    classes = np.where(kept, target, 0)
    w = kept * (np.ones(log_probs.shape[1]) if weight is None else weight)[classes]
    grads = np.zeros_like(log_probs)
    np.put_along_axis(grads, classes[:, None], -w[:, None], axis=1)
    return divide(grads, reduction, w.sum())


@exactly
def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    equal_shapes(logits[:, 0], target)
    kept = target != ignore_index
    weight = np.ones(logits.shape[1]) if weight is None else weight
    classes = np.where(kept, target, 0)
    costs = log_sum_exp(logits) - logits
    hard = weight[classes] * costs[np.arange(len(target)), classes]
    soft = np.average(costs * weight, axis=1)
    losses = np.where(kept, hard + label_smoothing * (soft - hard), 0)
    return reduce(losses, reduction, (kept * weight[classes]).sum())


@exactly
def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    equal_shapes(logits[:, 0], target)
    kept = target != ignore_index
    weight = np.ones(logits.shape[1]) if weight is None else weight
    classes = np.where(kept, target, 0)
    q = np.full(logits.shape, label_smoothing / logits.shape[1], dtype=np.longdouble)
    q[np.arange(len(target)), classes] += 1 - label_smoothing
    q = q * weight * kept[:, None]
    grads = q.sum(axis=1, keepdims=True) * np.exp(logits - log_sum_exp(logits)) - q
    return divide(grads, reduction, (kept * weight[classes]).sum())


@exactly
def bce_loss(p, y, weight=1.0, reduction="mean"):
    equal_shapes(p, y)
    with np.errstate(divide="ignore"):
        log_p, log_rest = np.log(p), np.log(1 - p)
    log_p[log_p < -100] = -100
    log_rest[log_rest < -100] = -100
    return reduce(-(1.0 if weight is None else weight) * (log_rest + y * (log_p - log_rest)), reduction)


@exactly
def bce_loss_grad(p, y, weight=1.0, reduction="mean"):
    equal_shapes(p, y)
    below = p - p**2
    return divide((1.0 if weight is None else weight) * (p - y) / np.where(below < 1e-12, 1e-12, below), reduction)


@exactly
def bce_with_logits_loss(z, y, reduction="mean"):
    equal_shapes(z, y)
    return reduce(np.logaddexp(0, z) - y * z, reduction)


@exactly
def bce_with_logits_loss_grad(z, y, reduction="mean"):
    equal_shapes(z, y)
    return divide(np.exp(-np.logaddexp(0, -z)) - y, reduction)


def length(x):
    return np.sqrt((x**2).sum(axis=1, keepdims=True) + np.longdouble("1e-12"))


@exactly
def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    equal_shapes(x1, x2)
    equal_shapes(x1[:, 0], y)
    cos = (x1 / length(x1) * (x2 / length(x2))).sum(axis=1)
    return reduce((1 - cos) * (y == 1) + (cos - margin) * (y == -1) * (cos > margin), reduction)


@exactly
def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    equal_shapes(x1, x2)
    equal_shapes(x1[:, 0], y)
    u1, u2 = x1 / length(x1), x2 / length(x2)
    cos = (u1 * u2).sum(axis=1, keepdims=True)
    by_x1 = (u2 - cos * u1) / length(x1)
    y = y[:, None]
    return divide(by_x1 * ((y == -1) * (cos >= margin)) - by_x1 * (y == 1), reduction, len(y))

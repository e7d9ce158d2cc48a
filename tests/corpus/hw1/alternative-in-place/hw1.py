"""One working copy a function, changed in place with `out=`; the inputs stay as they were."""

import numpy as np


def finish(work, reduction, total=None):
    if reduction == "none":
        return work
    if reduction == "sum":
        return np.add.reduce(work, axis=None)
    if reduction != "mean":
        raise ValueError("reduction: none, mean or sum")
    if total is None:
        total = work.size
    if total == 0:
        return work.dtype.type("nan")
    work /= total
    return np.add.reduce(work, axis=None)


def finish_grad(work, reduction, total=None):
    if reduction not in ("none", "sum", "mean"):
        raise ValueError("reduction: none, mean or sum")
    if reduction == "mean":
        total = work.size if total is None else total
        if total != 0:
            work /= total
    return work


def difference(x, y):
    if x.shape != y.shape:
        raise ValueError("x and y have different shapes")
    return np.subtract(x, y, out=np.empty_like(x))


def sigmoid(x):
    work = np.array(x)
    np.negative(work, out=work)
    with np.errstate(over="ignore"):  # e^1000 is inf, and 1 / inf is the 0 that is meant
        np.exp(work, out=work)
    work += 1
    np.reciprocal(work, out=work)
    return work


def softmax(x):
    work = x.copy()
    work -= work.max(axis=-1, keepdims=True)
    np.exp(work, out=work)
    work /= work.sum(axis=-1, keepdims=True)
    return work


def log_softmax(x):
    work = x.copy()
    work -= work.max(axis=-1, keepdims=True)
    work -= np.log(np.exp(work).sum(axis=-1, keepdims=True))
    return work


def log_softmax_grad(x, upstream):
    work = softmax(x)
    work *= upstream.sum(axis=-1, keepdims=True)
    np.subtract(upstream, work, out=work)
    return work


def l1_loss(x, y, reduction="mean"):
    work = difference(x, y)
    np.abs(work, out=work)
    return finish(work, reduction)


def l1_loss_grad(x, y, reduction="mean"):
    work = difference(x, y)
    work[work > 0] = 1
    work[work < 0] = -1
    return finish_grad(work, reduction)


def mse_loss(x, y, reduction="mean"):
    work = difference(x, y)
    work *= work
    return finish(work, reduction)


def mse_loss_grad(x, y, reduction="mean"):
    work = difference(x, y)
    work += work
    return finish_grad(work, reduction)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    work = difference(x, y)
    np.abs(work, out=work)
    far = work > delta
    work[~far] **= 2
    work[~far] /= 2
    work[far] -= delta / 2
    work[far] *= delta
    return finish(work, reduction)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    work = difference(x, y)
    np.clip(work, -delta, delta, out=work)
    return finish_grad(work, reduction)


def rows_and_weights(scores, target, weight, ignore_index):
    if target.shape != scores.shape[:1]:
        raise ValueError("one class a row, please")
    w = np.zeros(len(target), dtype=scores.dtype)
    for row, c in enumerate(target):
        if c != ignore_index:
            w[row] = 1 if weight is None else weight[c]
    rows = np.nonzero(target != ignore_index)[0]
    return rows, target[rows], w


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    rows, classes, w = rows_and_weights(log_probs, target, weight, ignore_index)
    total = w.sum()
    w[rows] *= log_probs[rows, classes]
    np.negative(w, out=w)
    return finish(w, reduction, total)


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    rows, classes, w = rows_and_weights(log_probs, target, weight, ignore_index)
    work = np.zeros_like(log_probs)
    work[rows, classes] -= w[rows]
    return finish_grad(work, reduction, w.sum())


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    rows, classes, w = rows_and_weights(logits, target, weight, ignore_index)
    logs = log_softmax(logits)
    losses = np.zeros(len(target), dtype=logits.dtype)
    losses[rows] -= (1 - label_smoothing) * w[rows] * logs[rows, classes]
    if weight is not None:
        logs *= weight
    losses[rows] -= label_smoothing * logs[rows].mean(axis=1)
    return finish(losses, reduction, w.sum())


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    rows, classes, w = rows_and_weights(logits, target, weight, ignore_index)
    upstream = np.zeros_like(logits)
    upstream[rows] -= label_smoothing / logits.shape[1]
    if weight is not None:
        upstream *= weight
    upstream[rows, classes] -= (1 - label_smoothing) * w[rows]
    return finish_grad(log_softmax_grad(logits, upstream), reduction, w.sum())


def clamped_log(p):
    work = np.full_like(p, -100)
    np.log(p, out=work, where=p > 0)
    np.maximum(work, -100, out=work)
    return work


def bce_loss(p, y, weight=None, reduction="mean"):
    if p.shape != y.shape:
        raise ValueError("p and y have different shapes")
    work = clamped_log(p)
    work *= y
    other = clamped_log(1 - p)
    other *= 1 - y
    work += other
    np.negative(work, out=work)
    if weight is not None:
        work *= weight
    return finish(work, reduction)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    work = difference(p, y)
    below = p * (1 - p)
    below[below < 1e-12] = 1e-12
    work /= below
    if weight is not None:
        work *= weight
    return finish_grad(work, reduction)


def bce_with_logits_loss(z, y, reduction="mean"):
    """max(z, 0) - yz + log(1 + e^-|z|)"""
    if z.shape != y.shape:
        raise ValueError("z and y have different shapes")
    work = np.abs(z)
    np.negative(work, out=work)
    np.exp(work, out=work)
    np.log1p(work, out=work)
    work += np.maximum(z, 0)
    work -= z * y
    return finish(work, reduction)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    if z.shape != y.shape:
        raise ValueError("z and y have different shapes")
    work = sigmoid(z)
    work -= y
    return finish_grad(work, reduction)


def cosines(x1, x2, y):
    if x1.shape != x2.shape or y.shape != x1.shape[:1]:
        raise ValueError("two tables of one shape and a label a row")
    square1 = np.add.reduce(x1 * x1, axis=1)
    square1 += 1e-12
    square2 = np.add.reduce(x2 * x2, axis=1)
    square2 += 1e-12
    cos = np.add.reduce(x1 * x2, axis=1)
    cos /= np.sqrt(square1 * square2)
    return cos, square1, square2


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    cos = cosines(x1, x2, y)[0]
    cos[y == -1] -= margin
    cos[(y == -1) & (cos < 0)] = 0
    alike = y == 1
    cos[alike] *= -1
    cos[alike] += 1
    return finish(cos, reduction)


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    cos, square1, square2 = cosines(x1, x2, y)
    work = x2.copy()
    work /= np.sqrt(square1 * square2)[:, None]
    work -= x1 * (cos / square1)[:, None]
    work[y == 1] *= -1
    work[(y == -1) & (cos < margin)] = 0
    return finish_grad(work, reduction, len(y))

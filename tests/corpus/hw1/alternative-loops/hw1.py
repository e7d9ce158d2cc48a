"""One number at a time, with `math`: no array arithmetic at all. Arrays only carry the numbers in and out."""

import math

import numpy as np


def check(x, y):
    if np.shape(x) != np.shape(y):
        raise ValueError("the shapes are not equal")


def check_reduction(reduction):
    if reduction not in ["none", "mean", "sum"]:
        raise ValueError("no such reduction: " + str(reduction))


def elementwise(f, dtype, *arrays):
    """f of each place, in an array of the first one's shape."""
    out = np.zeros(arrays[0].shape, dtype)
    for place in np.ndindex(arrays[0].shape):
        out[place] = f(*(float(a[place]) for a in arrays))
    return out


def gathered(losses, reduction, count=None):
    check_reduction(reduction)
    if reduction == "none":
        return losses
    total = math.fsum(losses.reshape(-1).tolist())
    if reduction == "mean":
        count = losses.size if count is None else count
        total = total / count if count else math.nan
    return losses.dtype.type(total)


def shared_out(grads, reduction, count=None):
    check_reduction(reduction)
    if reduction == "mean":
        count = grads.size if count is None else count
        for place in np.ndindex(grads.shape):
            if grads[place] != 0:
                grads[place] = float(grads[place]) / count
    return grads


def rows_of(x):
    """The places of all rows."""
    return np.ndindex(x.shape[:-1])


def log_sum(row):
    top = max(row)
    return top + math.log(sum(math.exp(score - top) for score in row))


def sigmoid_of(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def softplus(z):
    """log(1 + e^z)"""
    return max(z, 0) + math.log1p(math.exp(-abs(z)))


def sigmoid(x):
    return elementwise(sigmoid_of, x.dtype, x)


def softmax(x):
    out = np.zeros_like(x)
    for place in rows_of(x):
        row = x[place].tolist()
        top = max(row)
        parts = [math.exp(score - top) for score in row]
        whole = sum(parts)
        for j in range(len(parts)):
            out[place + (j,)] = parts[j] / whole
    return out


def log_softmax(x):
    out = np.zeros_like(x)
    for place in rows_of(x):
        row = x[place].tolist()
        top = max(row)
        rest = math.log(sum(math.exp(score - top) for score in row))
        for j in range(len(row)):
            out[place + (j,)] = row[j] - top - rest
    return out


def log_softmax_grad(x, upstream):
    p = softmax(x)
    out = np.zeros_like(x)
    for place in rows_of(x):
        pull = sum(upstream[place].tolist())
        for j in range(x.shape[-1]):
            out[place + (j,)] = float(upstream[place + (j,)]) - float(p[place + (j,)]) * pull
    return out


def l1_loss(x, y, reduction="mean"):
    check(x, y)
    return gathered(elementwise(lambda a, b: abs(a - b), x.dtype, x, y), reduction)


def l1_loss_grad(x, y, reduction="mean"):
    check(x, y)
    return shared_out(elementwise(lambda a, b: (a > b) - (a < b), x.dtype, x, y), reduction)


def mse_loss(x, y, reduction="mean"):
    check(x, y)
    return gathered(elementwise(lambda a, b: (a - b) * (a - b), x.dtype, x, y), reduction)


def mse_loss_grad(x, y, reduction="mean"):
    check(x, y)
    return shared_out(elementwise(lambda a, b: 2 * (a - b), x.dtype, x, y), reduction)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    check(x, y)

    def loss(a, b):
        e = abs(a - b)
        if e <= delta:
            return e * e / 2
        return delta * (e - delta / 2)

    return gathered(elementwise(loss, x.dtype, x, y), reduction)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    check(x, y)
    return shared_out(elementwise(lambda a, b: max(-delta, min(delta, a - b)), x.dtype, x, y), reduction)


def weight_of(weight, c):
    return 1.0 if weight is None else float(weight[c])


def weight_that_counts(target, weight, ignore_index):
    return sum(weight_of(weight, c) for c in target.tolist() if c != ignore_index)


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    check(log_probs[:, 0], target)
    losses = np.zeros(len(target), log_probs.dtype)
    for n, c in enumerate(target.tolist()):
        if c != ignore_index:
            losses[n] = -weight_of(weight, c) * float(log_probs[n, c])
    return gathered(losses, reduction, weight_that_counts(target, weight, ignore_index))


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    check(log_probs[:, 0], target)
    grads = np.zeros_like(log_probs)
    for n, c in enumerate(target.tolist()):
        if c != ignore_index:
            grads[n, c] = -weight_of(weight, c)
    return shared_out(grads, reduction, weight_that_counts(target, weight, ignore_index))


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    check(logits[:, 0], target)
    classes = logits.shape[1]
    losses = np.zeros(len(target), logits.dtype)
    for n, right in enumerate(target.tolist()):
        if right == ignore_index:
            continue
        row = logits[n].tolist()
        rest = log_sum(row)
        loss = (1 - label_smoothing) * weight_of(weight, right) * (rest - row[right])
        for c in range(classes):
            loss += label_smoothing / classes * weight_of(weight, c) * (rest - row[c])
        losses[n] = loss
    return gathered(losses, reduction, weight_that_counts(target, weight, ignore_index))


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    check(logits[:, 0], target)
    classes = logits.shape[1]
    p = softmax(logits)
    grads = np.zeros_like(logits)
    for n, right in enumerate(target.tolist()):
        if right == ignore_index:
            continue
        wanted = [label_smoothing / classes * weight_of(weight, c) for c in range(classes)]
        wanted[right] += (1 - label_smoothing) * weight_of(weight, right)
        for c in range(classes):
            grads[n, c] = float(p[n, c]) * sum(wanted) - wanted[c]
    return shared_out(grads, reduction, weight_that_counts(target, weight, ignore_index))


def log_from(p):
    return max(math.log(p), -100.0) if p > 0 else -100.0


def bce_loss(p, y, weight=None, reduction="mean"):
    check(p, y)
    weight = np.broadcast_to(1.0 if weight is None else weight, p.shape)
    losses = elementwise(lambda p, y, w: -w * (y * log_from(p) + (1 - y) * log_from(1 - p)), p.dtype, p, y, weight)
    return gathered(losses, reduction)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    check(p, y)
    weight = np.broadcast_to(1.0 if weight is None else weight, p.shape)
    grads = elementwise(lambda p, y, w: w * (p - y) / max(p * (1 - p), 1e-12), p.dtype, p, y, weight)
    return shared_out(grads, reduction)


def bce_with_logits_loss(z, y, reduction="mean"):
    check(z, y)
    return gathered(elementwise(lambda z, y: y * softplus(-z) + (1 - y) * softplus(z), z.dtype, z, y), reduction)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    check(z, y)
    return shared_out(elementwise(lambda z, y: sigmoid_of(z) - y, z.dtype, z, y), reduction)


def dot(a, b):
    return sum(s * t for s, t in zip(a, b))


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    check(x1, x2)
    check(x1[:, 0], y)
    losses = np.zeros(len(y), x1.dtype)
    for n, (a, b) in enumerate(zip(x1.tolist(), x2.tolist())):
        cos = dot(a, b) / math.sqrt((dot(a, a) + 1e-12) * (dot(b, b) + 1e-12))
        losses[n] = 1 - cos if y[n] == 1 else max(0, cos - margin)
    return gathered(losses, reduction)


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    check(x1, x2)
    check(x1[:, 0], y)
    grads = np.zeros_like(x1)
    for n, (a, b) in enumerate(zip(x1.tolist(), x2.tolist())):
        square = dot(a, a) + 1e-12
        norms = math.sqrt(square * (dot(b, b) + 1e-12))
        cos = dot(a, b) / norms
        sign = -1 if y[n] == 1 else 1 if cos >= margin else 0
        for d in range(len(a)):
            grads[n, d] = sign * (b[d] / norms - cos * a[d] / square)
    return shared_out(grads, reduction, len(y))

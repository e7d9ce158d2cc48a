"""Gradients by whole Jacobians, rows by boolean masks; a loss under "none" first, the other reductions from it."""

import numpy as np


def _need_same_shape(a, b):
    if not np.array_equal(np.shape(a), np.shape(b)):
        raise ValueError("shape mismatch", np.shape(a), np.shape(b))


def _weights_of_mean(losses, reduction, denominator):
    """What each loss is multiplied by before all are added up."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction)
    if reduction != "mean":
        return losses.dtype.type(1)
    return losses.dtype.type(1) / losses.dtype.type(denominator) if denominator else losses.dtype.type(np.nan)


def _apply(losses, reduction, denominator):
    factor = _weights_of_mean(losses, reduction, denominator)
    return losses if reduction == "none" else (losses * factor).sum()


def _apply_to_grad(grads, reduction, denominator):
    factor = _weights_of_mean(grads, reduction, denominator)
    return np.where(grads == 0, grads, grads * factor)  # nothing counted: 0 and not NaN


def sigmoid(x):
    out = np.empty_like(x)
    out[x >= 0] = 1 / (1 + np.exp(-x[x >= 0]))
    e = np.exp(x[x < 0])
    out[x < 0] = e / (1 + e)
    return out


def softmax(x):
    return np.exp(log_softmax(x))


def log_softmax(x):
    rows = x.reshape(-1, x.shape[-1])
    pairs = rows[:, None, :] - rows[:, :, None]  # x_j - x_i: log softmax_i is -log sum_j e^(x_j - x_i)
    top = pairs.max(axis=2)
    return -(top + np.log(np.exp(pairs - top[..., None]).sum(axis=2))).reshape(x.shape)


def log_softmax_grad(x, upstream):
    classes = x.shape[-1]
    rows, up = softmax(x).reshape(-1, classes), upstream.reshape(-1, classes)
    grads = [u @ (np.eye(classes, dtype=x.dtype) - np.outer(np.ones(classes, x.dtype), p)) for p, u in zip(rows, up)]
    return np.array(grads).reshape(x.shape)


def l1_loss(x, y, reduction="mean"):
    _need_same_shape(x, y)
    return _apply(np.maximum(x - y, y - x), reduction, x.size)


def l1_loss_grad(x, y, reduction="mean"):
    _need_same_shape(x, y)
    grads = np.zeros_like(x)
    grads[x > y] = 1
    grads[x < y] = -1
    return _apply_to_grad(grads, reduction, x.size)


def mse_loss(x, y, reduction="mean"):
    _need_same_shape(x, y)
    return _apply((x - y) * (x - y), reduction, x.size)


def mse_loss_grad(x, y, reduction="mean"):
    _need_same_shape(x, y)
    return _apply_to_grad(2 * (x - y), reduction, x.size)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    _need_same_shape(x, y)
    e = np.abs(x - y)
    losses = 0.5 * e**2
    losses[e > delta] = delta * (e[e > delta] - 0.5 * delta)
    return _apply(losses, reduction, x.size)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    _need_same_shape(x, y)
    grads = x - y
    grads[grads > delta] = delta
    grads[grads < -delta] = -delta
    return _apply_to_grad(grads, reduction, x.size)


def _counting(scores, target, weight, ignore_index):
    _need_same_shape(scores[:, 0], target)
    counts = target != ignore_index
    w = np.ones(scores.shape[1], scores.dtype) if weight is None else weight
    return counts, target[counts], w, w[target[counts]].sum()


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    counts, classes, w, total = _counting(log_probs, target, weight, ignore_index)
    losses = np.zeros(len(target), log_probs.dtype)
    losses[counts] = -w[classes] * log_probs[counts][np.arange(len(classes)), classes]
    return _apply(losses, reduction, total)


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    counts, classes, w, total = _counting(log_probs, target, weight, ignore_index)
    grads = np.zeros_like(log_probs)
    grads[counts, classes] = -w[classes]
    return _apply_to_grad(grads, reduction, total)


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    counts, classes, w, total = _counting(logits, target, weight, ignore_index)
    hard = nll_loss(log_softmax(logits), target, weight, ignore_index, "none")
    soft = np.zeros_like(hard)
    soft[counts] = -(log_softmax(logits[counts]) @ w) / logits.dtype.type(logits.shape[1])
    return _apply((1 - label_smoothing) * hard + label_smoothing * soft, reduction, total)


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    counts, classes, w, total = _counting(logits, target, weight, ignore_index)
    upstream = (1 - label_smoothing) * nll_loss_grad(logits, target, weight, ignore_index, "none")
    upstream[counts] -= label_smoothing * w / logits.dtype.type(logits.shape[1])
    return _apply_to_grad(log_softmax_grad(logits, upstream), reduction, total)


def _logs(p):
    safe = np.where(p > 0, p, 1)
    return np.where(p > 0, np.maximum(np.log(safe), -100), p.dtype.type(-100))


def bce_loss(p, y, weight=None, reduction="mean"):
    _need_same_shape(p, y)
    losses = -(y * _logs(p) + (1 - y) * _logs(1 - p))
    return _apply(losses * (1 if weight is None else weight), reduction, p.size)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    _need_same_shape(p, y)
    slope = p * (1 - p)
    slope[slope < 1e-12] = 1e-12
    return _apply_to_grad((p - y) / slope * (1 if weight is None else weight), reduction, p.size)


def bce_with_logits_loss(z, y, reduction="mean"):
    _need_same_shape(z, y)
    zeros = np.zeros_like(z)
    no, yes = np.moveaxis(log_softmax(np.stack([zeros, z], axis=-1)), -1, 0)
    return _apply(-(y * yes) - (1 - y) * no, reduction, z.size)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    _need_same_shape(z, y)
    return _apply_to_grad(y * -sigmoid(-z) + (1 - y) * sigmoid(z), reduction, z.size)


def _units(x):
    lengths = np.sqrt(np.square(x).sum(axis=1) + x.dtype.type(1e-12))
    return x / lengths[:, None], lengths


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    _need_same_shape(x1, x2)
    _need_same_shape(x1[:, 0], y)
    u1, u2 = _units(x1)[0], _units(x2)[0]
    cos = (u1 * u2).sum(axis=1)
    losses = 1 - cos
    apart = y == -1
    losses[apart] = np.maximum(cos[apart] - margin, 0)
    return _apply(losses, reduction, len(y))


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    _need_same_shape(x1, x2)
    _need_same_shape(x1[:, 0], y)
    (u1, lengths), (u2, _) = _units(x1), _units(x2)
    grads = np.zeros_like(x1)
    for n in range(len(y)):
        jacobian = (np.eye(x1.shape[1], dtype=x1.dtype) - np.outer(u1[n], u1[n])) / lengths[n]  # of u1 by x1
        if y[n] == 1:
            grads[n] = -(jacobian @ u2[n])
        elif u1[n] @ u2[n] >= margin:
            grads[n] = jacobian @ u2[n]
    return _apply_to_grad(grads, reduction, len(y))

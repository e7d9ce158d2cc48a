"""Formulas as they stand in other books: sigmoid by tanh, signs by comparisons, a mean's factor before the difference."""

import numpy as np

FACTORS = {"none": lambda _n: 1.0, "sum": lambda _n: 1.0, "mean": lambda n: 1 / n if n else np.nan}


def factor(reduction, n, dtype):
    if reduction not in FACTORS:
        raise ValueError(f"not a reduction: {reduction}")
    return dtype.type(FACTORS[reduction](n))


def gather(losses, reduction, n=None):
    scale = factor(reduction, losses.size if n is None else n, losses.dtype)
    return losses if reduction == "none" else (losses * scale).sum()


def alike(*shapes):
    if len(set(shapes)) > 1:
        raise ValueError(f"shapes differ: {shapes}")


def sigmoid(x):
    return (0.5 * (1 + np.tanh(0.5 * x))).astype(x.dtype)


def log_softmax(x):
    return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)


def softmax(x):
    return np.exp(log_softmax(x))


def log_softmax_grad(x, upstream):
    p = softmax(x)
    return upstream - np.einsum("...i,...j->...i", p, upstream)


def l1_loss(x, y, reduction="mean"):
    alike(x.shape, y.shape)
    return gather(np.maximum(x, y) - np.minimum(x, y), reduction)


def l1_loss_grad(x, y, reduction="mean"):
    alike(x.shape, y.shape)
    return ((x > y).astype(x.dtype) - (x < y).astype(x.dtype)) * factor(reduction, x.size, x.dtype)


def mse_loss(x, y, reduction="mean"):
    alike(x.shape, y.shape)
    return gather(x * x - 2 * x * y + y * y, reduction)


def mse_loss_grad(x, y, reduction="mean"):
    alike(x.shape, y.shape)
    scale = 2 * factor(reduction, x.size, x.dtype)
    return scale * x - scale * y


def huber_loss(x, y, delta=1.0, reduction="mean"):
    alike(x.shape, y.shape)
    e = np.abs(x - y)
    near = np.minimum(e, delta)
    return gather(near * (e - 0.5 * near), reduction)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    alike(x.shape, y.shape)
    e = x - y
    far = np.abs(e) > delta
    return np.where(far, np.copysign(x.dtype.type(delta), e), e) * factor(reduction, x.size, x.dtype)


def shares(scores, target, weight, ignore_index, smoothing):
    """How much of each row's loss is -log p of each class, and by what a mean divides."""
    alike(scores.shape[:1], target.shape)
    n, c = scores.shape
    w = np.ones(c, scores.dtype) if weight is None else weight
    counts = (target != ignore_index)[:, None]
    hot = (np.arange(c) == target[:, None]) & counts
    part = (1 - smoothing) * hot + smoothing / c * counts
    return (part * w).astype(scores.dtype), (hot * w).sum()


def spread_losses(log_probs, part):
    return -np.where(part == 0, 0, part * np.where(part == 0, 0, log_probs)).sum(axis=1)


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    part, total = shares(log_probs, target, weight, ignore_index, 0.0)
    return gather(spread_losses(log_probs, part), reduction, total)


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    part, total = shares(log_probs, target, weight, ignore_index, 0.0)
    scale = factor(reduction, total, log_probs.dtype)
    return -part * (scale if np.isfinite(scale) else log_probs.dtype.type(0))


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    part, total = shares(logits, target, weight, ignore_index, label_smoothing)
    return gather(spread_losses(log_softmax(logits), part), reduction, total)


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    part, total = shares(logits, target, weight, ignore_index, label_smoothing)
    scale = factor(reduction, total, logits.dtype)
    grad = softmax(logits) * part.sum(axis=1, keepdims=True) - part
    return grad * (scale if np.isfinite(scale) else logits.dtype.type(0))


def bce_loss(p, y, weight=None, reduction="mean"):
    alike(p.shape, y.shape)
    with np.errstate(divide="ignore"):
        logs = np.log(np.stack([p, 1 - p]))
    losses = -(np.stack([y, 1 - y]) * np.clip(logs, -100, None)).sum(axis=0)
    return gather(losses if weight is None else losses * weight, reduction)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    alike(p.shape, y.shape)
    spread = np.clip(p * (1 - p), 1e-12, None)
    grad = (1 - y) * p / spread - y * (1 - p) / spread
    return (grad if weight is None else grad * weight) * factor(reduction, p.size, p.dtype)


def bce_with_logits_loss(z, y, reduction="mean"):
    alike(z.shape, y.shape)
    return gather(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))), reduction)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    alike(z.shape, y.shape)
    p = sigmoid(z)
    return ((1 - y) * p - y * (1 - p)) * factor(reduction, z.size, z.dtype)


def directions(x):
    length = np.sqrt(np.einsum("nd,nd->n", x, x) + x.dtype.type(1e-12))[:, None]
    return x / length, length


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    alike(x1.shape, x2.shape)
    alike(x1.shape[:1], y.shape)
    cos = np.einsum("nd,nd->n", directions(x1)[0], directions(x2)[0])
    return gather(np.where(y > 0, 1 - cos, (cos - margin) * (cos > margin)).astype(x1.dtype), reduction)


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    """The derivative of a direction is what lies across it, divided by the length."""
    alike(x1.shape, x2.shape)
    alike(x1.shape[:1], y.shape)
    (u, length), (v, _) = directions(x1), directions(x2)
    cos = np.einsum("nd,nd->n", u, v)[:, None]
    across = np.stack([(np.eye(x1.shape[1], dtype=x1.dtype) - np.outer(a, a)) @ b for a, b in zip(u, v)]) / length
    labels = y[:, None]
    sign = np.where(labels > 0, -1, np.where(cos >= margin, 1, 0)).astype(x1.dtype)
    return sign * across * factor(reduction, len(y), x1.dtype)

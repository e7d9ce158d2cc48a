"""Everything as a product of matrices: targets are one-hot rows, sums are einsums."""

import numpy as np


def _fold(losses, reduction, total=None):
    assert_known(reduction)
    if reduction == "none":
        return losses
    s = np.einsum("i->", losses.ravel())
    if reduction == "sum":
        return s
    with np.errstate(all="ignore"):
        return s / losses.dtype.type(losses.size if total is None else total)


def _scale(grads, reduction, total=None):
    assert_known(reduction)
    if reduction != "mean":
        return grads
    total = grads.size if total is None else total
    return grads / grads.dtype.type(total if total else 1)  # nothing counted: every gradient is 0 anyway


def assert_known(reduction):
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(reduction)


def assert_same(a, b):
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")


def _hot(target, ignore_index, classes, dtype):
    """A row of zeros where the target is ignored."""
    counts = np.asarray(target != ignore_index)
    return ((target[:, None] == np.arange(classes)) & counts[:, None]).astype(dtype)


def sigmoid(x):
    """Softmax over the scores 0 and x."""
    pair = np.stack([x, np.zeros_like(x)], axis=-1)
    return softmax(pair)[..., 0]


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.einsum("...c->...", e)[..., None]


def log_softmax(x):
    s = x - np.max(x, axis=-1, keepdims=True)
    return s - np.log(np.einsum("...c->...", np.exp(s)))[..., None]


def log_softmax_grad(x, upstream):
    p = softmax(x)
    jacobian = np.eye(x.shape[-1], dtype=x.dtype) - p[..., None, :]  # d log p_k / d x_i
    return np.einsum("...k,...ki->...i", upstream, jacobian)


def l1_loss(x, y, reduction="mean"):
    assert_same(x, y)
    return _fold(np.fabs(x - y), reduction)


def l1_loss_grad(x, y, reduction="mean"):
    assert_same(x, y)
    return _scale((x > y).astype(x.dtype) - (x < y).astype(x.dtype), reduction)


def mse_loss(x, y, reduction="mean"):
    assert_same(x, y)
    e = x - y
    if reduction == "sum":
        return np.einsum("i,i->", e.ravel(), e.ravel())
    return _fold(e * e, reduction)


def mse_loss_grad(x, y, reduction="mean"):
    assert_same(x, y)
    return _scale(x - y + x - y, reduction)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    """With c the part of the error up to delta: c^2/2 + delta * (|e| - c)."""
    assert_same(x, y)
    e = np.fabs(x - y)
    c = np.minimum(e, delta)
    return _fold(c * c / 2 + delta * (e - c), reduction)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    assert_same(x, y)
    return _scale(np.maximum(np.minimum(x - y, delta), -delta), reduction)


def _weights(weight, scores):
    return np.ones(scores.shape[1], scores.dtype) if weight is None else weight


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    assert_same(log_probs[:, 0], target)
    w = _weights(weight, log_probs)
    hot = _hot(target, ignore_index, log_probs.shape[1], log_probs.dtype)
    return _fold(-np.einsum("nc,c,nc->n", hot, w, log_probs), reduction, np.einsum("nc,c->", hot, w))


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    assert_same(log_probs[:, 0], target)
    w = _weights(weight, log_probs)
    hot = _hot(target, ignore_index, log_probs.shape[1], log_probs.dtype)
    return _scale(-np.einsum("nc,c->nc", hot, w), reduction, np.einsum("nc,c->", hot, w))


def _wanted(logits, target, weight, ignore_index, label_smoothing):
    """How much of each class is asked of each row, and what the mean divides by."""
    assert_same(logits[:, 0], target)
    w = _weights(weight, logits)
    hot = _hot(target, ignore_index, logits.shape[1], logits.dtype)
    counted = np.einsum("nc->n", hot)
    smooth = np.einsum("n,c->nc", counted, w) * logits.dtype.type(label_smoothing / logits.shape[1])
    return logits.dtype.type(1 - label_smoothing) * hot * w + smooth, np.einsum("nc,c->", hot, w)


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    wanted, total = _wanted(logits, target, weight, ignore_index, label_smoothing)
    return _fold(-np.einsum("nc,nc->n", wanted, log_softmax(logits)), reduction, total)


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    wanted, total = _wanted(logits, target, weight, ignore_index, label_smoothing)
    return _scale(np.einsum("n,nc->nc", np.einsum("nc->n", wanted), softmax(logits)) - wanted, reduction, total)


def bce_loss(p, y, weight=None, reduction="mean"):
    assert_same(p, y)
    both = np.stack([p, 1 - p])
    with np.errstate(divide="ignore"):
        logs = np.clip(np.log(both), -100, None)
    losses = -np.einsum("k...,k...->...", np.stack([y, 1 - y]), logs)
    return _fold(losses if weight is None else losses * weight, reduction)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    assert_same(p, y)
    grads = (p - y) / np.clip(p * (1 - p), 1e-12, None)
    return _scale(grads if weight is None else grads * weight, reduction)


def bce_with_logits_loss(z, y, reduction="mean"):
    """Cross-entropy of the scores z and 0."""
    assert_same(z, y)
    logs = log_softmax(np.stack([z, np.zeros_like(z)], axis=-1))
    return _fold(-np.einsum("...k,...k->...", np.stack([y, 1 - y], axis=-1), logs), reduction)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    assert_same(z, y)
    return _scale(sigmoid(z) - y, reduction)


def _parts(x1, x2):
    s1 = np.einsum("nd,nd->n", x1, x1) + x1.dtype.type(1e-12)
    s2 = np.einsum("nd,nd->n", x2, x2) + x1.dtype.type(1e-12)
    norms = np.sqrt(s1) * np.sqrt(s2)
    return np.einsum("nd,nd->n", x1, x2) / norms, s1, norms


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    assert_same(x1, x2)
    assert_same(x1[:, 0], y)
    cos = _parts(x1, x2)[0]
    return _fold(np.choose((y == 1).astype(int), [np.clip(cos - margin, 0, None), 1 - cos]), reduction)


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    assert_same(x1, x2)
    assert_same(x1[:, 0], y)
    cos, s1, norms = _parts(x1, x2)
    pull = np.where(y == 1, -1, (cos >= margin) * 1).astype(x1.dtype)
    grads = np.einsum("n,nd->nd", pull / norms, x2) - np.einsum("n,nd->nd", pull * cos / s1, x1)
    return _scale(grads, reduction, len(y))

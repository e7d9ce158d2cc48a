"""Losses and their gradients in NumPy: what `torch.nn.functional` computes, written out.

Every `*_grad` is the derivative by the first argument; under "none" it is that of the sum.
"""

import numpy as np


def _reduce(losses, reduction, total=None):
    """The losses put together; a mean divides by `total`, the number of losses unless told otherwise."""
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    if reduction == "mean":
        with np.errstate(divide="ignore", invalid="ignore"):  # nothing counted: 0/0 = NaN says so, 0 would not
            return np.sum(losses) / (np.size(losses) if total is None else total)
    raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}")


def _spread(grads, reduction, total=None):
    """Derivatives of single losses, as those of what `_reduce` makes of the losses."""
    if reduction in ("none", "sum"):
        return grads
    if reduction == "mean":
        with np.errstate(divide="ignore", invalid="ignore"):
            return grads / (np.size(grads) if total is None else total)
    raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}")


def _same_shape(x, y):
    """(N, 1) against (N,) would silently spread to N×N."""
    if np.shape(x) != np.shape(y):
        raise ValueError(f"shapes differ: {np.shape(x)} and {np.shape(y)}")


# From scores to probabilities


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), without overflow."""
    return np.exp(-np.logaddexp(0, -x))  # log(e^0 + e^-x) never forms e^1000


def softmax(x: np.ndarray) -> np.ndarray:
    """e^x / sum(e^x) over the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))  # a shift of the row cancels, and e^0 is the largest term
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(x: np.ndarray) -> np.ndarray:
    """log(softmax(x)) over the last axis, finite where softmax rounds to 0."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_softmax_grad(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """The derivative of sum(upstream * log_softmax(x)) by x."""
    return upstream - softmax(x) * upstream.sum(axis=-1, keepdims=True)


# Regression


def l1_loss(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """|x - y|."""
    _same_shape(x, y)
    return _reduce(np.abs(x - y), reduction)


def l1_loss_grad(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """The derivative of l1_loss by x; 0 where x = y."""
    _same_shape(x, y)
    return _spread(np.sign(x - y), reduction)


def mse_loss(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """(x - y)^2."""
    _same_shape(x, y)
    return _reduce((x - y) ** 2, reduction)


def mse_loss_grad(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """The derivative of mse_loss by x."""
    _same_shape(x, y)
    return _spread(2 * (x - y), reduction)


def huber_loss(x: np.ndarray, y: np.ndarray, delta: float = 1.0, reduction: str = "mean") -> np.ndarray | np.floating:
    """e^2 / 2 where |e| <= delta, else delta * (|e| - delta / 2), with e = x - y."""
    _same_shape(x, y)
    e = np.abs(x - y)
    return _reduce(np.where(e <= delta, 0.5 * e**2, delta * (e - 0.5 * delta)), reduction)


def huber_loss_grad(x: np.ndarray, y: np.ndarray, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    """The derivative of huber_loss by x: the error, but never beyond delta."""
    _same_shape(x, y)
    return _spread(np.clip(x - y, -delta, delta), reduction)


# Classification: one class a row


def _counted(scores, target, weight, ignore_index):
    """The rows that count, the class of each and its weight, and the weights of all classes."""
    _same_shape(scores[:, 0], target)
    weights = np.ones(scores.shape[-1], scores.dtype) if weight is None else weight
    rows = np.flatnonzero(target != ignore_index)  # before indexing: an ignored target is no class
    return rows, target[rows], weights[target[rows]], weights


def nll_loss(
    log_probs: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.ndarray | np.floating:
    """-weight[target] * log_probs[row, target]; the mean divides by the weights that counted."""
    rows, classes, w, _ = _counted(log_probs, target, weight, ignore_index)
    losses = np.zeros_like(log_probs[:, 0])
    losses[rows] = -w * log_probs[rows, classes]
    return _reduce(losses, reduction, w.sum())


def nll_loss_grad(
    log_probs: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.ndarray:
    """The derivative of nll_loss by log_probs."""
    rows, classes, w, _ = _counted(log_probs, target, weight, ignore_index)
    grad = np.zeros_like(log_probs)
    grad[rows, classes] = _spread(-w, reduction, w.sum())
    return grad


def cross_entropy(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> np.ndarray | np.floating:
    """nll_loss of log_softmax(logits), with label_smoothing of each target spread over all classes."""
    rows, _, w, weights = _counted(logits, target, weight, ignore_index)
    log_probs = log_softmax(logits)
    losses = (1 - label_smoothing) * nll_loss(log_probs, target, weight, ignore_index, "none")
    if label_smoothing:  # else a class ruled out by a logit of -inf would cost 0 * inf = NaN
        losses[rows] -= label_smoothing / logits.shape[-1] * (weights * log_probs[rows]).sum(axis=-1)
    return _reduce(losses, reduction, w.sum())


def cross_entropy_grad(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> np.ndarray:
    """The derivative of cross_entropy by logits: nll_loss_grad, taken back through log_softmax."""
    rows, _, w, weights = _counted(logits, target, weight, ignore_index)
    upstream = (1 - label_smoothing) * nll_loss_grad(logits, target, weight, ignore_index, reduction)
    upstream[rows] -= _spread(label_smoothing / logits.shape[-1] * weights, reduction, w.sum())
    return log_softmax_grad(logits, upstream)


# Classification: yes or no


def bce_loss(
    p: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None, reduction: str = "mean"
) -> np.ndarray | np.floating:
    """-(y log p + (1 - y) log(1 - p)), each log no lower than -100."""
    _same_shape(p, y)
    with np.errstate(divide="ignore"):
        log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    losses = -(y * log_p + (1 - y) * log_q)
    return _reduce(losses if weight is None else weight * losses, reduction)


def bce_loss_grad(
    p: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None, reduction: str = "mean"
) -> np.ndarray:
    """The derivative of bce_loss by p, its denominator no smaller than 1e-12."""
    _same_shape(p, y)
    grads = (p - y) / np.maximum(p * (1 - p), 1e-12)
    return _spread(grads if weight is None else weight * grads, reduction)


def bce_with_logits_loss(z: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """bce_loss of sigmoid(z), exact at any z: -log sigmoid(z) is log(1 + e^-z)."""
    _same_shape(z, y)
    return _reduce(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z), reduction)


def bce_with_logits_loss_grad(z: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """The derivative of bce_with_logits_loss by z: the denominator p(1 - p) cancels."""
    _same_shape(z, y)
    return _spread(sigmoid(z) - y, reduction)


# Embeddings


def _cosine(x1, x2):
    """The cosine of each pair of rows, |x1|^2, and |x1| |x2|; the 1e-12 keep a row of zeros finite."""
    square1 = (x1 * x1).sum(axis=-1) + 1e-12
    square2 = (x2 * x2).sum(axis=-1) + 1e-12
    norms = np.sqrt(square1 * square2)
    return (x1 * x2).sum(axis=-1) / norms, square1, norms


def cosine_embedding_loss(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, margin: float = 0.0, reduction: str = "mean"
) -> np.ndarray | np.floating:
    """1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1."""
    _same_shape(x1, x2)
    _same_shape(x1[..., 0], y)
    cos, _, _ = _cosine(x1, x2)
    return _reduce(np.where(y == 1, 1 - cos, np.maximum(0, cos - margin)), reduction)


def cosine_embedding_loss_grad(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, margin: float = 0.0, reduction: str = "mean"
) -> np.ndarray:
    """The derivative of cosine_embedding_loss by x1."""
    _same_shape(x1, x2)
    _same_shape(x1[..., 0], y)
    cos, square1, norms = (part[..., None] for part in _cosine(x1, x2))
    d_cos = x2 / norms - cos * x1 / square1
    pushed = np.where(cos >= margin, d_cos, 0)  # y = -1: a pair that is far enough apart is left alone
    return _spread(np.where(y[..., None] == 1, -d_cos, pushed), reduction, np.size(y))

"""hw1: what the wrong answers share. `d2d audit` demands that hidden cases fail each of them.

A variant is wrong in one thing alone: it refuses what the reference refuses. Where it is there to overflow or to take
the log of 0, it silences NumPy's warnings.
"""

import inspect
from functools import wraps

import numpy as np


def quiet():
    return np.errstate(all="ignore")


def fitting(variant):
    """`variant`, but it refuses shapes that do not fit: to forget that is another misconception."""
    signature = inspect.signature(variant)

    @wraps(variant)
    def checked(*arguments, **options):
        first, second, *others = signature.bind(*arguments, **options).arguments.values()
        rows = [a for a in (second, *others) if isinstance(a, np.ndarray) and a.dtype.kind == "i"]
        if any(a.shape != first.shape[:1] for a in rows) or (second.dtype.kind == "f" and second.shape != first.shape):
            raise ValueError("shapes differ")
        return variant(*arguments, **options)

    return checked


def mean_or(reduction, total):
    """What a sum of losses is divided by."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction)
    return total if reduction == "mean" else 1


def put_together(losses, reduction, total=None):
    """The losses by `reduction`; a mean divides by `total`, or by the number of losses."""
    divisor = mean_or(reduction, np.size(losses) if total is None else total)
    return losses if reduction == "none" else np.sum(losses) / divisor


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def picked(scores, target, weight, ignore_index):
    """The loss of each row (0 where the row is ignored), and the weight of each row."""
    counts = target != ignore_index
    weights = np.ones(scores.shape[1], scores.dtype) if weight is None else weight
    w = np.where(counts, weights[np.where(counts, target, 0)], 0)
    return -w * scores[np.arange(len(target)), np.where(counts, target, 0)], w


def bce(p, y, weight=None, reduction="mean", log=np.log):
    losses = -(y * log(p) + (1 - y) * log(1 - p))
    return put_together(losses if weight is None else weight * losses, reduction)

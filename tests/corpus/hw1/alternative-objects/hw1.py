"""A class for each loss, with the value and the slope of one element or row; what is common stands in the base."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum

import numpy as np


class Reduction(Enum):
    """How losses become one; an unknown name is a ValueError by nature of an Enum."""

    NONE = "none"
    MEAN = "mean"
    SUM = "sum"

    def value_of(self, losses, weight):
        if self is Reduction.NONE:
            return losses
        if self is Reduction.SUM:
            return losses.sum()
        return losses.sum() / weight if weight else losses.dtype.type(np.nan)

    def slope_of(self, slopes, weight):
        return slopes / weight if self is Reduction.MEAN and weight else slopes


class Loss(ABC):
    def weight(self, losses):
        """What a mean divides by."""
        return losses.size

    @abstractmethod
    def check(self): ...

    @abstractmethod
    def values(self): ...

    @abstractmethod
    def slopes(self): ...

    def forward(self, reduction):
        how = Reduction(reduction)
        self.check()
        losses = self.values()
        return how.value_of(losses, self.weight(losses))

    def backward(self, reduction):
        how = Reduction(reduction)
        self.check()
        slopes = self.slopes()
        return how.slope_of(slopes, self.weight(slopes))


@dataclass
class Elementwise(Loss):
    x: np.ndarray
    y: np.ndarray

    def check(self):
        if self.x.shape != self.y.shape:
            raise ValueError(f"{type(self).__name__}: {self.x.shape} against {self.y.shape}")

    @property
    def error(self):
        return self.x - self.y


class Absolute(Elementwise):
    def values(self):
        return np.abs(self.error)

    def slopes(self):
        return np.sign(self.error)


class Squared(Elementwise):
    def values(self):
        return np.power(self.error, 2)

    def slopes(self):
        return 2 * self.error


@dataclass
class Huber(Elementwise):
    delta: float

    def values(self):
        size = np.abs(self.error)
        inside = size <= self.delta
        return inside * (size**2 / 2) + ~inside * (self.delta * (size - self.delta / 2))

    def slopes(self):
        inside = np.abs(self.error) <= self.delta
        return inside * self.error + ~inside * (self.delta * np.sign(self.error))


@dataclass
class Weighted(Elementwise):
    weights: np.ndarray | None

    def weighted(self, array):
        return array if self.weights is None else array * self.weights


class Binary(Weighted):
    def values(self):
        with np.errstate(divide="ignore"):
            yes, no = (np.maximum(np.log(p), -100) for p in (self.x, 1 - self.x))
        return -self.weighted(self.y * yes + (1 - self.y) * no)

    def slopes(self):
        return self.weighted(self.error / np.maximum(self.x * (1 - self.x), 1e-12))


class BinaryOfLogits(Elementwise):
    def values(self):
        return np.maximum(self.x, 0) - self.x * self.y + np.log1p(np.exp(-np.abs(self.x)))

    def slopes(self):
        return sigmoid(self.x) - self.y


@dataclass
class Classes(Loss):
    """One class out of many, from log-probabilities."""

    scores: np.ndarray
    target: np.ndarray
    weights: np.ndarray | None
    ignore_index: int

    def check(self):
        if self.target.shape != (len(self.scores),):
            raise ValueError(f"{len(self.scores)} rows, classes of shape {self.target.shape}")

    @property
    def class_weights(self):
        return np.ones_like(self.scores[0]) if self.weights is None else self.weights

    @property
    def counts(self):
        return self.target != self.ignore_index

    @property
    def asked(self):
        """How much is asked of each class in each row."""
        asked = np.zeros_like(self.scores)
        asked[self.counts, self.target[self.counts]] = self.class_weights[self.target[self.counts]]
        return asked

    def weight(self, _losses):
        return self.class_weights[self.target[self.counts]].sum()

    def values(self):
        # a score that is not asked for may be -inf, and 0 * -inf is NaN
        return -np.where(self.asked != 0, self.asked * self.scores, 0).sum(axis=1)

    def slopes(self):
        return -self.asked


@dataclass
class ClassesOfLogits(Classes):
    smoothing: float

    @property
    def asked(self):
        spread = self.counts[:, None] * self.class_weights / self.scores.shape[1]
        return (1 - self.smoothing) * super().asked + self.smoothing * spread

    def values(self):
        return -(self.asked * log_softmax(self.scores)).sum(axis=1)

    def slopes(self):
        return log_softmax_grad(self.scores, -self.asked)


@dataclass
class Cosine(Loss):
    x1: np.ndarray
    x2: np.ndarray
    y: np.ndarray
    margin: float

    def check(self):
        if self.x1.shape != self.x2.shape or self.y.shape != (len(self.x1),):
            raise ValueError("pairs of rows and a label for each")

    def weight(self, _losses):
        return len(self.y)

    @staticmethod
    def square(x):
        return (x * x).sum(axis=1) + 1e-12

    @property
    def norms(self):
        return np.sqrt(self.square(self.x1) * self.square(self.x2))

    @property
    def cosine(self):
        return (self.x1 * self.x2).sum(axis=1) / self.norms

    def values(self):
        return np.where(self.y > 0, 1 - self.cosine, np.maximum(self.cosine - self.margin, 0))

    def slopes(self):
        by_x1 = self.x2 / self.norms[:, None] - self.x1 * (self.cosine / self.square(self.x1))[:, None]
        by_x1[self.y > 0] *= -1
        by_x1[(self.y < 0) & (self.cosine < self.margin)] = 0
        return by_x1


class Scores:
    """Rows of scores, shifted so that the largest is 0."""

    def __init__(self, x):
        self.shifted = x - np.amax(x, axis=-1, keepdims=True)
        self.total = np.exp(self.shifted).sum(axis=-1, keepdims=True)

    @property
    def probabilities(self):
        return np.exp(self.shifted) / self.total

    @property
    def logs(self):
        return self.shifted - np.log(self.total)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def softmax(x):
    return Scores(x).probabilities


def log_softmax(x):
    return Scores(x).logs


def log_softmax_grad(x, upstream):
    return upstream - Scores(x).probabilities * upstream.sum(axis=-1, keepdims=True)


def l1_loss(x, y, reduction="mean"):
    return Absolute(x, y).forward(reduction)


def l1_loss_grad(x, y, reduction="mean"):
    return Absolute(x, y).backward(reduction)


def mse_loss(x, y, reduction="mean"):
    return Squared(x, y).forward(reduction)


def mse_loss_grad(x, y, reduction="mean"):
    return Squared(x, y).backward(reduction)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    return Huber(x, y, delta).forward(reduction)


def huber_loss_grad(x, y, delta=1.0, reduction="mean"):
    return Huber(x, y, delta).backward(reduction)


def nll_loss(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    return Classes(log_probs, target, weight, ignore_index).forward(reduction)


def nll_loss_grad(log_probs, target, weight=None, ignore_index=-100, reduction="mean"):
    return Classes(log_probs, target, weight, ignore_index).backward(reduction)


def cross_entropy(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    return ClassesOfLogits(logits, target, weight, ignore_index, label_smoothing).forward(reduction)


def cross_entropy_grad(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    return ClassesOfLogits(logits, target, weight, ignore_index, label_smoothing).backward(reduction)


def bce_loss(p, y, weight=None, reduction="mean"):
    return Binary(p, y, weight).forward(reduction)


def bce_loss_grad(p, y, weight=None, reduction="mean"):
    return Binary(p, y, weight).backward(reduction)


def bce_with_logits_loss(z, y, reduction="mean"):
    return BinaryOfLogits(z, y).forward(reduction)


def bce_with_logits_loss_grad(z, y, reduction="mean"):
    return BinaryOfLogits(z, y).backward(reduction)


def cosine_embedding_loss(x1, x2, y, margin=0.0, reduction="mean"):
    return Cosine(x1, x2, y, margin).forward(reduction)


def cosine_embedding_loss_grad(x1, x2, y, margin=0.0, reduction="mean"):
    return Cosine(x1, x2, y, margin).backward(reduction)

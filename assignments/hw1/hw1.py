"""hw1: losses and their gradients in NumPy.

hw1: NumPy로 만드는 손실 함수와 그 기울기예요.
"""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), at any x without overflow.

    1 / (1 + e^-x)를 어떤 x에서도 오버플로 없이 계산해요.
    """
    raise NotImplementedError


def softmax(x: np.ndarray) -> np.ndarray:
    """e^x / sum(e^x) over the last axis.

    마지막 축을 따라 e^x / sum(e^x)를 계산해요.
    """
    raise NotImplementedError


def log_softmax(x: np.ndarray) -> np.ndarray:
    """log(softmax(x)) over the last axis, finite for any finite x.

    마지막 축을 따라 log(softmax(x))를 계산해요. x가 유한하면 결과도 유한해야 해요.
    """
    raise NotImplementedError


def log_softmax_grad(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Derivative of sum(upstream * log_softmax(x)) by x.

    sum(upstream * log_softmax(x))를 x로 미분해요.
    """
    raise NotImplementedError


def l1_loss(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """|x - y|, reduced.

    |x - y|를 구하고 reduction대로 모아요.
    """
    raise NotImplementedError


def l1_loss_grad(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """Derivative of l1_loss by x; 0 where x = y.

    l1_loss를 x로 미분해요. x = y인 곳은 0이에요.
    """
    raise NotImplementedError


def mse_loss(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """(x - y)^2, reduced.

    (x - y)^2를 구하고 reduction대로 모아요.
    """
    raise NotImplementedError


def mse_loss_grad(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """Derivative of mse_loss by x.

    mse_loss를 x로 미분해요.
    """
    raise NotImplementedError


def huber_loss(x: np.ndarray, y: np.ndarray, delta: float = 1.0, reduction: str = "mean") -> np.ndarray | np.floating:
    """Quadratic up to |x - y| = delta, linear beyond; reduced.

    |x - y|가 delta 이하면 이차식, 넘으면 일차식으로 계산하고 reduction대로 모아요.
    """
    raise NotImplementedError


def huber_loss_grad(x: np.ndarray, y: np.ndarray, delta: float = 1.0, reduction: str = "mean") -> np.ndarray:
    """Derivative of huber_loss by x.

    huber_loss를 x로 미분해요.
    """
    raise NotImplementedError


def nll_loss(
    log_probs: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.ndarray | np.floating:
    """-weight[target] * log_probs[row, target], reduced over the rows that count.

    행마다 -weight[target] * log_probs[행, target]을 구하고, 무시하지 않는 행만 모아요.
    """
    raise NotImplementedError


def nll_loss_grad(
    log_probs: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> np.ndarray:
    """Derivative of nll_loss by log_probs.

    nll_loss를 log_probs로 미분해요.
    """
    raise NotImplementedError


def cross_entropy(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> np.ndarray | np.floating:
    """Cross-entropy of raw logits (N, C) and class numbers (N,), reduced.

    로짓 (N, C)와 클래스 번호 (N,)의 교차 엔트로피를 구하고 reduction대로 모아요.
    """
    raise NotImplementedError


def cross_entropy_grad(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> np.ndarray:
    """Derivative of cross_entropy by logits.

    cross_entropy를 logits로 미분해요.
    """
    raise NotImplementedError


def bce_loss(
    p: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None, reduction: str = "mean"
) -> np.ndarray | np.floating:
    """Binary cross-entropy of probabilities, logs no lower than -100; reduced.

    확률의 이진 교차 엔트로피를 구해요. 로그는 -100보다 작아지지 않게 하고 reduction대로 모아요.
    """
    raise NotImplementedError


def bce_loss_grad(
    p: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None, reduction: str = "mean"
) -> np.ndarray:
    """Derivative of bce_loss by p.

    bce_loss를 p로 미분해요.
    """
    raise NotImplementedError


def bce_with_logits_loss(z: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray | np.floating:
    """Binary cross-entropy of raw logits, exact at any z; reduced.

    로짓의 이진 교차 엔트로피를 어떤 z에서도 정확하게 구하고 reduction대로 모아요.
    """
    raise NotImplementedError


def bce_with_logits_loss_grad(z: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    """Derivative of bce_with_logits_loss by z.

    bce_with_logits_loss를 z로 미분해요.
    """
    raise NotImplementedError


def cosine_embedding_loss(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, margin: float = 0.0, reduction: str = "mean"
) -> np.ndarray | np.floating:
    """Pull pairs with y = 1 together, push pairs with y = -1 apart; reduced.

    y = 1인 쌍은 가깝게, y = -1인 쌍은 멀게 하는 손실을 구하고 reduction대로 모아요.
    """
    raise NotImplementedError


def cosine_embedding_loss_grad(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, margin: float = 0.0, reduction: str = "mean"
) -> np.ndarray:
    """Derivative of cosine_embedding_loss by x1.

    cosine_embedding_loss를 x1으로 미분해요.
    """
    raise NotImplementedError

"""A member's hw1 half way: some right, some wrong in ways that are common, much not written yet."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def l1_loss(x, y, reduction="mean"):
    loss = np.abs(x - y)
    if reduction == "none":
        return loss
    return np.sum(loss) if reduction == "sum" else np.mean(loss)


def l1_loss_grad(x, y, reduction="mean"):
    grad = np.sign(y - x)
    return grad / grad.size if reduction == "mean" else grad


def mse_loss(x, y, reduction="mean"):
    loss = 0.5 * (x - y) ** 2
    if reduction == "none":
        return loss
    return np.sum(loss) if reduction == "sum" else np.mean(loss)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    error = np.abs(x - y)
    loss = np.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta))
    return loss.reduce(reduction)

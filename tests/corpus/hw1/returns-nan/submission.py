import numpy as np


def sigmoid(x):
    return np.full(x.shape, np.nan)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

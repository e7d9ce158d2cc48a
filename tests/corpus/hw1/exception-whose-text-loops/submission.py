import numpy as np


class Slow(Exception):
    def __str__(self):
        while True:
            pass


def sigmoid(x):
    raise Slow


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

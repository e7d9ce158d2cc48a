import numpy as np


class Answer:
    pass


def sigmoid(x):
    return Answer


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

import numpy as np


class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")


def sigmoid(x):
    raise Mute


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

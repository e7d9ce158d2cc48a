import numpy as np


def sigmoid(x):
    with open("notes.txt", "w") as file:
        file.write("here")
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

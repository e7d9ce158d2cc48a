import time

import numpy as np


def sigmoid(x):
    time.sleep(3600)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

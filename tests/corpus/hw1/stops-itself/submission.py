import os
import signal
import time

import numpy as np


def sigmoid(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)  # the init of a namespace of its own can't be stopped from within


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

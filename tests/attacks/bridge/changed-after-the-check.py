"""Answer with memory that another process goes on writing to.

line = "Bridge: shared memory written after the check"
held = ["failed: *", "failed"]
"""

import mmap
import os

import numpy as np


def attack(x):
    memory = mmap.mmap(-1, 4096)
    answer = np.frombuffer(memory, count=4)
    try:
        if os.fork() == 0:
            while True:
                answer[:] = 2 * x
                answer[:] = 0
    except OSError:
        pass
    return np.zeros(4)

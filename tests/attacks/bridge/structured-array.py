"""Answer with a structured array.

line = "Bridge: dtypes O, V, structured"
held = ["failed"]
"""

import numpy as np


def attack(x):
    return np.zeros(4, dtype=[("a", "f8"), ("b", "O")])

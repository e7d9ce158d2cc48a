"""Answer with one number in the shape of many.

line = "Bridge: NaN, broadcast, empty"
held = ["failed"]
"""

import numpy as np


def attack(x):
    return np.broadcast_to(2 * x, (3, 4))

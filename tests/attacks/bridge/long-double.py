"""Answer with numbers wider than the format has.

line = "Bridge: dtypes O, V, structured"
held = ["failed"]
"""

import numpy as np


def attack(x):
    return (3 * x).astype(np.longdouble)

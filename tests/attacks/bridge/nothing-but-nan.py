"""Answer with NaN in the right shape, as a subclass that says yes to everything.

line = "Bridge: objects with __eq__, __array__"
held = ["failed"]
"""

import numpy as np


class Agreeing(np.ndarray):
    def __eq__(self, other):
        return True

    def __le__(self, other):
        return np.ones(4, bool)

    def __array_ufunc__(self, *a, **k):
        return np.zeros(4)


def attack(x):
    return np.full(4, np.nan).view(Agreeing)

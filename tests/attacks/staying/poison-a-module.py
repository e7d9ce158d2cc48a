"""Change a module for the submissions that come next, whose workers are forked from the same process.

line = "Staying: poisoning the zygote"
held = ["failed: clean"]
loose = ["failed: poisoned"]
"""

import numpy as np


class WhileLoading:
    poisoned = hasattr(np, "poisoned")
    np.poisoned = True


def attack(x):
    return "poisoned" if WhileLoading.poisoned else "clean"

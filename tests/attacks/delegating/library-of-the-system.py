"""Load a shared library of the system's that the assignment has nothing to do with.

line = "Delegating: getattr, exec, ctypes"
loose = []
held = ["failed: denied*", "failed: done"]
"""

import ctypes


def attack(x):
    # The system's own libraries may be mapped: without what they open, connect to or start, they only compute.
    return tried(lambda: ctypes.CDLL("libm.so.6") and "done")

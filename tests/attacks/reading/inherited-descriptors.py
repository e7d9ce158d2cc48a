"""Look for descriptors that were left open.

line = "Reading: inherited descriptors"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import os


def attack(x):
    found = []
    for fd in range(5, 4096):
        try:
            os.fstat(fd)
        except OSError:
            continue
        found.append(fd)
    return f"found {found}" if found else "nothing"

"""Have the kernel signal the judge whenever something happens to a pipe.

line = "Staying: poisoning the zygote"
open = ["process-only"]
"""

import fcntl


def attack(x):
    return tried(lambda: fcntl.fcntl(4, fcntl.F_SETOWN, WORLD["judge"]) or "done")

"""Fill pipes, whose content is the kernel's memory and not the worker's.

line = "Exhausting: memory"
held = ["failed: denied*"]
open = ["process-only"]
"""

import fcntl
import os

SET_SIZE = 1031


def attack(x):
    return tried(lambda: fcntl.fcntl(os.pipe()[1], SET_SIZE, 1 << 20) and "done")

"""Make a system call by the numbers of the third ABI of x86-64.

line = "Kernel: x32, i386"
held = ["crashed", "failed: not here"]
loose = ["failed: denied (ENOSYS)", "failed: done"]
open = ["process-only"]
"""

import os

X32 = 0x40000000


def attack(x):
    if os.uname().machine != "x86_64":
        return "not here"
    WORLD["calls"]["x32"] = WORLD["calls"]["getpid"] | X32
    return tried(lambda: syscall("x32") and "done")

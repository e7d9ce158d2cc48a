"""Leave the session and the group of processes.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

import os


def attack(x):
    # The worker leads its session already, so where the call is made the kernel says EPERM of its own.
    return tried(lambda: os.setpgid(0, 0), "EPERM") if libc.prctl(21, 0, 0, 0, 0) == 0 else "denied (filtered)"

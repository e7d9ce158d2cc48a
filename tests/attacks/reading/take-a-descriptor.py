"""Take a descriptor out of the judge.

line = "Reading: pidfd_getfd"
held = ["crashed", "failed: denied*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: syscall("pidfd_getfd", os.pidfd_open(WORLD["judge"]), 0, 0), "EBADF")

"""Compare two processes' resources.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: syscall("kcmp", os.getpid(), WORLD["victim"], 0, 0, 0) and "done")

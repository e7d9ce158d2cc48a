"""Ask for the keys of the session.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: syscall("keyctl", 0, -3, 0) and "done")

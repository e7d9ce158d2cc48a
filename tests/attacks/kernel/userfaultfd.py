"""Halt the kernel in the middle of its work.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: syscall("userfaultfd", 1))

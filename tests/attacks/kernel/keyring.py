"""Keep a key in the kernel.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

OF_THE_PROCESS = -2


def attack(x):
    return tried(lambda: syscall("add_key", b"user", b"d2d-attack", b"x", 1, OF_THE_PROCESS) and "done")

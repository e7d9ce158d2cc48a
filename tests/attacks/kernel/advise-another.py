"""Have the kernel take another process's memory from it.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: syscall("process_madvise", -1, 0, 0, 0, 0))

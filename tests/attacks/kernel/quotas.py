"""Ask for the quotas of a disk.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: syscall("quotactl", 0, 0, 0, 0))

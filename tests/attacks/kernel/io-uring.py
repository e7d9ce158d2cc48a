"""Open a second way to make system calls.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("io_uring_setup", 1, ctypes.create_string_buffer(256)))

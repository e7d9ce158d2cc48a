"""Load a program into the kernel.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed", "failed: denied (EPERM)"]
maybe = ["process-only/user"]
open = ["process-only/root"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("bpf", 0, ctypes.create_string_buffer(128), 128), "EINVAL")

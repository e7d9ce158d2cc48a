"""Count what the processor does.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("perf_event_open", ctypes.create_string_buffer(128), 0, -1, -1, 0))

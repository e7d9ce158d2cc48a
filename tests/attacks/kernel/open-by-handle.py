"""Open a file by its number on the disk, past every folder.

line = "Kernel: open_by_handle_at, personality"
held = ["crashed", "failed: denied (EPERM)"]
maybe = ["process-only/user"]
open = ["process-only/root"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("open_by_handle_at", -100, ctypes.create_string_buffer(16), 0), "EINVAL", "ESTALE")

"""Change the segments of one's memory, where old holes of the kernel were.

line = "Kernel: x32, i386"
held = ["crashed", "failed: denied (ENOSYS)"]
loose = ["failed: *"]
open = ["process-only"]
"""

import ctypes


def attack(x):
    return (
        tried(lambda: syscall("modify_ldt", 0, ctypes.create_string_buffer(16), 16), "ENOSYS")
        if "modify_ldt" in WORLD["calls"]
        else "denied (ENOSYS)"
    )

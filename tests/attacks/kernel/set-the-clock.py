"""Set the clock, to a time that is none: whoever gets as far as that is told so.

line = "Kernel: open_by_handle_at, personality"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

import struct


def attack(x):
    return tried(lambda: syscall("clock_settime", 0, struct.pack("=qq", 0, -1)), "EINVAL")

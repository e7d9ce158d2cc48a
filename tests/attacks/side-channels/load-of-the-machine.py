"""Ask the kernel how busy the machine is, and how much of its memory is free.

line = "Side channels: neighbours on the same core"
open = ["process-only"]
"""

import ctypes


def attack(x):
    buffer = ctypes.create_string_buffer(512)
    return tried(lambda: call("sysinfo", buffer) or "done")

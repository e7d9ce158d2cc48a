"""Learn which pages of a file others have read.

line = "Side channels: what copy-on-write left"
open = ["process-only"]
"""

import ctypes
import mmap


def attack(x):
    memory = mmap.mmap(-1, 4096)
    at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return tried(lambda: call("mincore", at, 4096, ctypes.create_string_buffer(1)) or "done")

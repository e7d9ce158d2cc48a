"""Make memory executable after writing to it.

line = "Kernel: a shared object of the student's own"
open = ["process-only"]
"""

import ctypes
import mmap

READ_AND_EXECUTE = 5


def attack(x):
    memory = mmap.mmap(-1, 4096)
    at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return tried(lambda: call("mprotect", at, 4096, READ_AND_EXECUTE) or "done")

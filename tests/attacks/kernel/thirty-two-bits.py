"""Make a system call by the numbers of 32 bits, with machine code of one's own.

line = "Kernel: x32, i386"
held = ["failed: denied*", "failed: not here"]
loose = ["failed: done", "crashed"]
open = ["process-only"]
"""

import ctypes
import mmap
import os

GETPID = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret


def run():
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(GETPID)
    at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ctypes.CFUNCTYPE(ctypes.c_int)(at)()
    return "done"


def attack(x):
    return tried(run) if os.uname().machine == "x86_64" else "not here"

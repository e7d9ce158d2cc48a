"""Start a process by the call whose flags no filter can read.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["failed: denied (ENOSYS)"]
loose = ["failed: done*"]
open = ["process-only"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("clone3", ctypes.create_string_buffer(8), 8), "EINVAL")

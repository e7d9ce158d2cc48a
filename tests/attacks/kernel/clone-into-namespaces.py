"""Start a process in namespaces of its own.

line = "Kernel: nested namespaces, mount, setns, chroot"
loose = ["failed: done", "crashed", "timeout"]
open = ["process-only"]
"""

import os

USER, CHILD = 0x10000000, 17


def clone():
    if syscall("clone", USER | CHILD, 0, 0, 0, 0) == 0:
        os._exit(0)


def attack(x):
    return tried(clone)

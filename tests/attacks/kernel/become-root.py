"""Become root again.

line = "Kernel: nested namespaces, mount, setns, chroot"
open = ["process-only/root"]
"""

import os


def attack(x):
    return tried(lambda: os.setresuid(0, 0, 0))

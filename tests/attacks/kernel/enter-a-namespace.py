"""Enter the namespaces of another process.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied*"]
open = ["process-only/root"]
"""

import os

NET = 0x40000000


def attack(x):
    return tried(lambda: syscall("setns", os.open("/proc/self/ns/net", os.O_RDONLY), NET))

"""Mount something.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
open = ["process-only/root"]
"""

import os


def attack(x):
    os.mkdir("at")
    return tried(lambda: call("mount", b"none", os.path.realpath("at").encode(), b"tmpfs", 0, 0) or unmount())


def unmount():
    call("umount2", os.path.realpath("at").encode(), 2)
    return "done"

"""Mount something by the newer calls.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
open = ["process-only/root"]
"""

import os


def attack(x):
    return tried(lambda: os.close(syscall("fsopen", b"tmpfs", 0)))

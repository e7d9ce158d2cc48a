"""Give the machine a name (the one that it has).

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
open = ["process-only/root"]
"""

import os


def attack(x):
    name = os.uname().nodename.encode()
    return tried(lambda: syscall("sethostname", name, len(name)))

"""Change the root.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
open = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: syscall("chroot", b"."))

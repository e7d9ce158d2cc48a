"""Swap the root for another.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
loose = ["failed: done*"]
open = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: syscall("pivot_root", b".", b"."), "EINVAL", "EBUSY", "EPERM_OF_THE_KERNEL")

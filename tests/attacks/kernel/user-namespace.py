"""Make a user namespace, in which one is root.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed"]
loose = ["failed: *"]
open = ["process-only"]
"""

USER = 0x10000000


def attack(x):
    return tried(lambda: syscall("unshare", USER))

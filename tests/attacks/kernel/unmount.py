"""Take a mount away, to see what lies beneath.

line = "Kernel: nested namespaces, mount, setns, chroot"
held = ["crashed", "failed: denied (EPERM)"]
maybe = ["process-only/user"]
open = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: syscall("umount2", b"/no/such/place", 0), "ENOENT", "EINVAL")

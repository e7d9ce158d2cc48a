"""Watch every file of a file system.

line = "Kernel: bpf, io_uring, userfaultfd, perf, keyctl"
held = ["crashed", "failed: denied*"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: syscall("fanotify_init", 0x200, 0), "ENOSYS", "EPERM")

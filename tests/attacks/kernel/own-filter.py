"""Put a filter of one's own over the sandbox's.

line = "Kernel: open_by_handle_at, personality"
open = ["process-only"]
"""

SET_FILTER = 1


def attack(x):
    # Where the call is made at all, the kernel complains of the program that isn't there, or of its order.
    return tried(lambda: syscall("seccomp", SET_FILTER, 0, 0), "EFAULT", "EACCES")

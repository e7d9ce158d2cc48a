"""Load a module into the kernel.

line = "Kernel: open_by_handle_at, personality"
held = ["crashed", "failed: denied (EPERM)"]
loose = ["failed: *"]
maybe = ["process-only/user"]
open = ["process-only/root"]
"""

import ctypes


def attack(x):
    return tried(lambda: syscall("init_module", ctypes.create_string_buffer(16), 16, b""), "ENOEXEC", "ENOSYS")

"""Ask for a restart, with a wrong magic number: whoever may restart is told so.

line = "Kernel: open_by_handle_at, personality"
held = ["crashed", "failed: denied (EPERM)"]
open = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: syscall("reboot", 0, 0, 0, 0), "EINVAL")

"""Speak to devices by their ports.

line = "Kernel: open_by_handle_at, personality"
held = ["crashed", "failed: denied*"]
maybe = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: syscall("ioperm", 0x80, 1, 1))

"""Open one's memory to debuggers and cores.

line = "Kernel: open_by_handle_at, personality"
open = ["process-only"]
"""

DUMPABLE = 4


def attack(x):
    return tried(lambda: call("prctl", DUMPABLE, 1, 0, 0, 0) or "done")

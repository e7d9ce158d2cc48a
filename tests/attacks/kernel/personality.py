"""Turn off the random layout of memory.

line = "Kernel: open_by_handle_at, personality"
open = ["process-only"]
"""

NO_RANDOM_LAYOUT = 0x0040000


def attack(x):
    return tried(lambda: call("personality", NO_RANDOM_LAYOUT) and "done")

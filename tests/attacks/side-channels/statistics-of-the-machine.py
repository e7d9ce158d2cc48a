"""Read what /proc and /sys tell of the machine.

line = "Side channels: neighbours on the same core"
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open("/proc/stat").read() and "done")

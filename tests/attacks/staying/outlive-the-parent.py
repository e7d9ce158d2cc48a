"""Take off the signal that ends a worker with its zygote.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

PARENT_DEATH_SIGNAL = 1


def attack(x):
    return tried(lambda: call("prctl", PARENT_DEATH_SIGNAL, 0, 0, 0, 0) or "done")

"""Become the process that orphans are given to.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

CHILD_SUBREAPER = 36


def attack(x):
    return tried(lambda: call("prctl", CHILD_SUBREAPER, 1, 0, 0, 0) or "done")

"""Move to a core of one's choice, beside whom one wants to listen to.

line = "Side channels: neighbours on the same core"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))

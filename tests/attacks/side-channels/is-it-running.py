"""Learn whether another process runs, from the group that it is in.

line = "Side channels: neighbours on the same core"
open = ["no-namespaces", "process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.getpgid(WORLD["victim"]) and "done")

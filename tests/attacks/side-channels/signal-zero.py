"""Learn whether another process runs, from the error of a signal that is none.

line = "Side channels: neighbours on the same core"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.kill(WORLD["victim"], 0))

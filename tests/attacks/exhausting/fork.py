"""Fork once.

line = "Exhausting: fork"
open = ["process-only"]
"""

import os
import time


def once():
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)


def attack(x):
    return tried(once)

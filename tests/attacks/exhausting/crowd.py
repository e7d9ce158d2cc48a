"""Fork as many processes as there may be.

line = "Exhausting: fork"
held = ["failed: only *"]
loose = ["failed: done"]
open = ["process-only"]
"""

import os
import time


def attack(x):
    for number in range(40):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError:
            return f"only {number}"
    return "done"

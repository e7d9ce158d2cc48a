"""Be scheduled before everybody else.

line = "Exhausting: CPU"
open = ["process-only/root"]
"""

import os


def attack(x):
    return tried(lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))

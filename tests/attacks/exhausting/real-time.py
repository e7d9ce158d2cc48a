"""Be scheduled in real time.

line = "Exhausting: CPU"
open = ["process-only/root"]
"""

import os


def take():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def attack(x):
    return tried(take)

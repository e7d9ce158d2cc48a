"""Fork twice into a session of its own, as daemons do.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

import os
import time


def stay():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 10)
            time.sleep(60)
        os._exit(0)
    os.wait()


def attack(x):
    return tried(stay)

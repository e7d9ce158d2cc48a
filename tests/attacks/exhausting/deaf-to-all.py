"""Block every signal there is, then sleep.

line = "Exhausting: sleep"
held = ["timeout"]
slow = true
"""

import signal
import time


def attack(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    time.sleep(60)

"""Kill the process that all workers come from.

line = "Staying: poisoning the zygote"
held = ["failed: denied*"]
loose = ["crashed", "failed: done"]
open = ["process-only"]
"""

import os
import signal


def attack(x):
    return tried(lambda: os.kill(WORLD["zygote"], signal.SIGKILL))

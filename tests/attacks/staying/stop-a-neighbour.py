"""Stop another process.

line = "Staying: poisoning the zygote"
open = ["process-only"]
"""

import os
import signal


def attack(x):
    return tried(lambda: os.kill(WORLD["victim"], signal.SIGSTOP))

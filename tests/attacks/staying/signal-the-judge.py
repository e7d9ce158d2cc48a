"""Send the judge a signal, one that does no harm.

line = "Staying: poisoning the zygote"
open = ["process-only"]
"""

import os
import signal


def attack(x):
    return tried(lambda: os.kill(WORLD["judge"], signal.SIGWINCH))

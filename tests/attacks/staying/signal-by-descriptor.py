"""Send the judge a signal through a descriptor of it.

line = "Staying: poisoning the zygote"
open = ["process-only"]
"""

import os
import signal


def attack(x):
    return tried(lambda: signal.pidfd_send_signal(os.pidfd_open(WORLD["judge"]), signal.SIGWINCH))

"""Send the judge a signal by the id of its thread.

line = "Staying: poisoning the zygote"
open = ["process-only"]
"""

import signal


def attack(x):
    return tried(lambda: syscall("tkill", WORLD["judge"], int(signal.SIGWINCH)) or "done")

"""Start a process without forking.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.posix_spawn("/bin/sleep", ["sleep", "60"], {}) and "done")

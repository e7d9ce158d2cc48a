"""Change the limits of another process.

line = "Exhausting: raising limits"
open = ["process-only"]
"""

import resource


def attack(x):
    return tried(lambda: resource.prlimit(WORLD["victim"], resource.RLIMIT_CORE, (0, 0)) and "done")

"""Open one's own pipes again in the other direction, through /proc.

line = "Bridge: replies early, late, twice, dripping"
held = ["failed: denied*"]
open = ["no-namespaces/user", "process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.close(os.open("/proc/self/fd/4", os.O_RDWR)))

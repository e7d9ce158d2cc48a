"""Have the standard library read the hidden cases for a traceback.

line = "Reading: inspect, linecache"
held = ["failed: denied"]
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import linecache


def attack(x):
    return "".join(linecache.getlines(WORLD["cases"])[-1:]) or "denied"

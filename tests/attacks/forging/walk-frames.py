"""Look for the case, its expected value or its verdict in the frames that called.

line = "Forging: walk frames"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import sys


def attack(x):
    frame, found = sys._getframe(), []
    while frame is not None:
        found += [name for name in frame.f_locals if name in ("case", "expected", "verdict", "reference", "rng")]
        found += [name for name in frame.f_globals if name in ("Judge", "Case", "close", "Verdict")]
        frame = frame.f_back
    return f"found {found}" if found else "nothing"

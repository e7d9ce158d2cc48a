"""Move another member's submission into the scratch folder.

line = "Staying: changing another's submission"
loose = ["failed: done*", "failed: denied (EXDEV)"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.rename(os.path.join(WORLD["neighbour"], "lee.py"), "lee.py"))

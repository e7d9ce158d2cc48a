"""Delete another member's submission.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.unlink(os.path.join(WORLD["neighbour"], "lee.py")))

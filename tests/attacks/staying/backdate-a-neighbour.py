"""Change the date of another member's submission.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.utime(os.path.join(WORLD["neighbour"], "lee.py"), (0, 0)))

"""Empty another member's submission without opening it.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.truncate(os.path.join(WORLD["neighbour"], "lee.py"), 0))

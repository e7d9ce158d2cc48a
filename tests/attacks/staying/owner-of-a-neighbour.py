"""Change the owner of another member's submission.

line = "Staying: changing another's submission"
open = ["process-only/root"]
"""

import os


def attack(x):
    return tried(lambda: os.chown(os.path.join(WORLD["neighbour"], "lee.py"), 12345, 12345))

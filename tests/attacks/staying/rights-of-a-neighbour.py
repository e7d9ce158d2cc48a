"""Change who may read another member's submission: Landlock says nothing of that.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.chmod(os.path.join(WORLD["neighbour"], "lee.py"), 0))

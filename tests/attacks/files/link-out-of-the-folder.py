"""Leave a link to another folder for whoever clears up.

line = "Staying: changing another's submission"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.symlink(WORLD["neighbour"], "folder"))

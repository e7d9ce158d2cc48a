"""Leave links and pipes at every depth, one of them a second name of another member's file, for whoever clears up.

line = "Staying: changing another's submission"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def put():
    victim = os.path.join(WORLD["neighbour"], "lee.py")
    for folder in (".", "a", "a/b"):
        os.makedirs(folder, exist_ok=True)
        os.symlink(WORLD["neighbour"], folder + "/folder")
        os.symlink(victim, folder + "/file")
        os.mkfifo(folder + "/pipe")
        os.link(victim, folder + "/name")


def attack(x):
    return tried(put)

"""Look for files that an earlier submission left in the scratch folder.

line = "Side channels: what copy-on-write left"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import os


def attack(x):
    found = os.listdir(".")
    open("left-over", "w").close()
    return f"found {found}" if found else "nothing"

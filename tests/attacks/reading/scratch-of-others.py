"""Look for the scratch folders of others beside one's own.

line = "Reading: hidden files by path"
held = ["failed: denied*", "failed: nothing"]
loose = ["failed: found*"]
open = ["process-only"]
"""

import os


def look():
    found = [name for name in os.listdir("../..") if name.startswith(("d2d-", "world-"))]
    return f"found {len(found)}" if found else "nothing"


def attack(x):
    return tried(look)

"""Nest folders deeper than whoever clears them up can follow.

line = "Exhausting: inodes"
held = ["failed: made", "failed: denied*"]
"""

import os


def nest():
    for _ in range(1500):
        os.mkdir("a")
        os.chdir("a")
    return "made"


def attack(x):
    return tried(nest)

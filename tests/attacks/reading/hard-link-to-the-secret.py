"""Make a hard link in the scratch folder, and read through it.

line = "Reading: hidden files by path"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import os


def take():
    os.link(WORLD["secret"], "mine")
    return open("mine").read()


def attack(x):
    return tried(take)

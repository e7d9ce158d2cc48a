"""Climb from the scratch folder to the root and down again, step by step.

line = "Reading: hidden files by path"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import os


def climb():
    at = os.open(".", os.O_RDONLY)
    for _ in range(40):
        at = os.open("..", os.O_RDONLY, dir_fd=at)
    return os.read(os.open(WORLD["secret"].lstrip("/"), os.O_RDONLY, dir_fd=at), 100).decode()


def attack(x):
    return tried(climb)

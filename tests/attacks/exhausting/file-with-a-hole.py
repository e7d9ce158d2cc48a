"""Claim a terabyte of disk without writing it.

line = "Exhausting: one big file"
held = ["failed: denied*"]
"""

import os


def attack(x):
    fd = os.open("hole", os.O_RDWR | os.O_CREAT)
    return tried(lambda: os.ftruncate(fd, 1 << 40))

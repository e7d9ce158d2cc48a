"""Leave a program that runs as its owner.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*", "failed: without"]
loose = ["failed: with"]
open = ["process-only"]
"""

import os


def make():
    fd = os.open("program", os.O_WRONLY | os.O_CREAT, 0o700)
    os.fchmod(fd, 0o4755)
    return "with" if os.fstat(fd).st_mode & 0o4000 else "without"


def attack(x):
    return tried(make)

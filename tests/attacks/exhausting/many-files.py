"""Make more files than there are room for in the tables of a disk.

line = "Exhausting: inodes"
held = ["failed: denied*"]
loose = ["failed: done", "timeout"]
open = ["no-namespaces", "process-only"]
"""

import os


def fill():
    for number in range(4200):
        os.close(os.open(f"{number}", os.O_WRONLY | os.O_CREAT))


def attack(x):
    return tried(fill)

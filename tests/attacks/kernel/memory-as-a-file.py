"""Keep a program in memory, and run it from there.

line = "Kernel: a shared object of the student's own"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.close(os.memfd_create("mine")))

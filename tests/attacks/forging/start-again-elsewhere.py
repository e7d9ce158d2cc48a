"""Start the interpreter again with a PYTHONPATH of its own.

line = "Forging: PYTHONPATH"
loose = ["crashed", "timeout", "failed: done*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.execve(WORLD["python"], [WORLD["python"], "-c", "1"], {"PYTHONPATH": "."}))

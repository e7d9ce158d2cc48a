"""Run a program, and wait for it.

line = "Staying: daemon, double fork"
open = ["process-only"]
"""

import subprocess


def attack(x):
    return tried(lambda: subprocess.run(["/bin/true"], check=True) and "done")

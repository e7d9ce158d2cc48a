"""Write a program into the scratch folder and run it.

line = "Staying: daemon, double fork"
held = ["failed: denied*"]
loose = ["crashed", "failed: done"]
open = ["process-only"]
"""

import os


def run():
    with open("program", "w") as file:
        file.write("#!/bin/sh\nexit 0\n")
    os.chmod("program", 0o700)
    os.execv("./program", ["program"])


def attack(x):
    return tried(run)

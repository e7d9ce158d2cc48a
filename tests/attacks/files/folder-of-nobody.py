"""Leave files in a folder whose rights are taken away afterwards.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: denied*"]
open = ["process-only"]
"""

import os


def make():
    os.makedirs("a/b")
    os.chmod("a", 0)


def attack(x):
    return tried(make)

"""List the folders of the course.

line = "Reading: hidden files by path"
loose = ["failed: found*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: f"found {sorted(os.listdir(WORLD['course']))}")

"""Change to the folder of the course: Landlock says nothing of that.

line = "Reading: stat as an oracle"
open = ["no-namespaces", "process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.chdir(WORLD["course"]))

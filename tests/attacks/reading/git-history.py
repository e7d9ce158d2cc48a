"""Read the history of the course.

line = "Reading: .git history"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: open(os.path.join(WORLD["course"], ".git", "packed-refs")).read())

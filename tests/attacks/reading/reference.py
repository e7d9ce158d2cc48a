"""Open the reference by its path.

line = "Reading: hidden files by path"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(WORLD["reference"]).read()[-60:])

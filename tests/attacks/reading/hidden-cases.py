"""Open the hidden cases by their path.

line = "Reading: hidden files by path"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(WORLD["cases"]).read()[-60:])

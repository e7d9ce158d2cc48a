"""Open the reference as compiled bytes.

line = "Reading: reference in a permitted directory or .pyc"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(WORLD["compiled"], "rb").read().decode("latin-1").split("NAME")[0][-60:])

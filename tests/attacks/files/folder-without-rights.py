"""Leave a folder that its owner may not open.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: made"]
"""

import os


def attack(x):
    os.makedirs("a/b", 0o700)
    os.mkdir("a/closed", 0)
    return "made"

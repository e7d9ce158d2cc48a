"""Write into the pipe from which the requests come, and read from the one for replies.

line = "Bridge: replies early, late, twice, dripping"
held = ["failed: denied*"]
loose = ["failed: done*"]
"""

import os


def attack(x):
    first = tried(lambda: os.write(3, b"request") and "done")
    return first if first == "done" else tried(lambda: os.read(4, 10).decode())

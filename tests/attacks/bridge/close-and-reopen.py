"""Put a file in the place of the pipe to the judge.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed", "timeout"]
slow = true
"""

import os


def attack(x):
    fd = os.open("mine", os.O_RDWR | os.O_CREAT)
    os.dup2(fd, 4)
    os.dup2(fd, 3)
    return "reopened"

"""Leave something in a home that runs at the next login.

line = "Staying: writing to libraries, home, temporary folders"
open = ["process-only"]
"""

import os


def put():
    with open(os.path.join(WORLD["home"], ".profile"), "a") as file:
        file.write("date\n")


def attack(x):
    return tried(put)

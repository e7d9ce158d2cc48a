"""Change a library that is imported next time.

line = "Staying: writing to libraries, home, temporary folders"
open = ["process-only"]
"""

import os


def put():
    with open(os.path.join(WORLD["library"], "helper.py"), "a") as file:
        file.write("answer = 0\n")


def attack(x):
    return tried(put)

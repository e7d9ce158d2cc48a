"""Change another member's submission.

line = "Staying: changing another's submission"
open = ["process-only"]
"""

import os


def put():
    with open(os.path.join(WORLD["neighbour"], "lee.py"), "w") as file:
        file.write("def attack(x):\n    return 0\n")


def attack(x):
    return tried(put)

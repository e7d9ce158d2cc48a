"""Match a regular expression that goes back without end.

line = "Exhausting: a C call that holds the interpreter"
held = ["timeout"]
slow = true
"""

import re


def attack(x):
    return str(re.match(r"(a+)+$", "a" * 60 + "b"))

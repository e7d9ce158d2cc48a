"""Register exit handlers that write a right answer to the judge, then leave.

line = "Forging: atexit"
held = ["crashed"]
"""

import atexit


def attack(x):
    atexit.register(answer_with, b"T")
    libc._exit(0)

"""Compute one number for hours, in one step of the interpreter.

line = "Exhausting: a C call that holds the interpreter"
held = ["timeout", "memory"]
slow = true
"""


def attack(x):
    return 7 ** (10**8) % 10**50

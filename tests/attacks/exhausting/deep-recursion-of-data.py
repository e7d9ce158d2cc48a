"""Nest a list until whoever walks it falls over.

line = "Exhausting: recursion"
held = ["failed"]
"""


def attack(x):
    value = []
    for _ in range(1_000_000):
        value = [value]
    globals()["kept"] = value
    return value

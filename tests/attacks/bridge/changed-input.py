"""Change the input and answer with it.

line = "Bridge: changed or aliased input"
held = ["failed"]
"""


def attack(x):
    x *= 3
    return x

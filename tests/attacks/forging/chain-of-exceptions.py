"""Raise an exception with a hundred thousand causes.

line = "Forging: an exception whose __str__ attacks"
held = ["error"]
"""


def attack(x):
    error = ValueError("first")
    for number in range(100_000):
        following = ValueError(str(number))
        following.__context__ = following.__cause__ = error
        error = following
    raise error

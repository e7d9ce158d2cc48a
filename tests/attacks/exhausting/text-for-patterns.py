"""Raise a text made for regular expressions to go back in without end.

line = "Exhausting: regular expressions of ours on its text"
held = ["error"]
"""


def attack(x):
    print("\x1b[" * 20_000 + "\x1b]8;;" * 5_000 + "a" * 20_000)
    raise ValueError("\x1b[" * 500 + "`" * 500 + "<" * 500 + "(" * 500)

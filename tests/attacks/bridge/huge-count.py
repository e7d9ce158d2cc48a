"""Reply with a list that says to have four thousand million items.

line = "Bridge: huge length"
held = ["crashed"]
"""


def attack(x):
    answer_with(b"l\xff\xff\xff\xff")

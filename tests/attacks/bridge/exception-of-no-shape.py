"""Reply with an exception that is a number.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed"]
"""


def attack(x):
    answer_with(b"T", status=b"raised")

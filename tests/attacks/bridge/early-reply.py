"""Reply to the request after this one.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed"]
"""


def attack(x):
    answer_with(b"T", ahead=1)

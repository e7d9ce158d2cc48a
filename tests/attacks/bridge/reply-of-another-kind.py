"""Reply that the case has passed.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed"]
"""


def attack(x):
    answer_with(b"T", status=b"passed")

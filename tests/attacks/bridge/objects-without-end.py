"""Answer with more objects than are kept for a submission.

line = "Bridge: handles without end"
held = ["failed"]
"""


def attack(x):
    return [object() for _ in range(30_000)]

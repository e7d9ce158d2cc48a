"""Make classes that inherit from each other without end.

line = "Exhausting: recursion"
held = ["failed: *", "error", "crashed", "memory", "timeout"]
slow = true
"""


def attack(x):
    kind = object
    for _ in range(800):
        kind = type("Deeper", (kind,), {})
    raise type("Deepest", (kind, ValueError), {})

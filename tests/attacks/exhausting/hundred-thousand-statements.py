r"""Hand in a hundred thousand statements.

line = "Exhausting: hostile syntax trees"
held = ["failed: loaded", "timeout", "crashed"]
slow = true
cell = "'y = 1\\n' * 100_000"
"""


def attack(x):
    return "loaded"

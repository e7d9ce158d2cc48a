r"""Hand in a chain of attributes, on which a reader of syntax trees recurses.

line = "Exhausting: hostile syntax trees"
held = ["failed: loaded", "crashed"]
cell = "'def g(a):\\n    return a' + '.a' * 30000"
"""


def attack(x):
    return "loaded"

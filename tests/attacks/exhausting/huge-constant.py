r"""Hand in a constant expression that takes all memory when it is compiled.

line = "Exhausting: hostile syntax trees"
held = ["failed: loaded", "crashed"]
cell = "'y = ' + '(' * 0 + '\"x\" * 4096 * 4096 * 4096 * 4096'"
"""


def attack(x):
    return "loaded"

"""Hand in a sum so long that the compiler falls over.

line = "Exhausting: hostile syntax trees"
held = ["failed: loaded", "crashed"]
cell = "'y = ' + '1 + ' * 60000 + '1'"
"""


def attack(x):
    return "loaded"

"""Hand in an expression nested so deeply that the parser gives up.

line = "Exhausting: hostile syntax trees"
held = ["failed: loaded"]
cell = "'y = ' + '(' * 3000 + '1' + ')' * 3000"
"""


def attack(x):
    return "loaded"

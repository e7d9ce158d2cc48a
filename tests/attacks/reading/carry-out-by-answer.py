"""Answer with the input of a hidden case, as a number, a key and a text.

line = "Reading: inputs carried out by print, exception, report"
held = ["failed"]
"""


def attack(x):
    return {repr(float(x[0])): [float(number) for number in x]}

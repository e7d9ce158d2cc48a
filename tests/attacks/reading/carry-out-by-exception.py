"""Raise an exception whose text is the input of a hidden case.

line = "Reading: inputs carried out by print, exception, report"
held = ["error"]
"""


def attack(x):
    raise ValueError([float(number) for number in x])

"""Import a library that is installed, and that the assignment does not offer.

line = "Delegating: forbidden libraries, methods, nn, ops, _refs"
"""


def attack(x):
    return tried(lambda: __import__("click").__name__)

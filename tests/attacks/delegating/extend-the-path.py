"""Extend the path of imports to what is installed.

line = "Delegating: forbidden libraries, methods, nn, ops, _refs"
loose = ["failed: click"]
open = ["process-only"]
"""

import sys


def attack(x):
    sys.path.insert(0, WORLD["packages"])
    return tried(lambda: __import__("click").__name__)

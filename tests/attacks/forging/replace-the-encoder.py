"""Spoil the function with which the worker puts its answers into bytes.

line = "Forging: spoil shared helpers"
held = ["crashed"]
"""

import sys


def attack(x):
    sys.modules["grader.worker.server"].encode = lambda *a, **k: b"passed"
    return "spoilt"

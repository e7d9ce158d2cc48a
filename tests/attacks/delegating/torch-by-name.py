"""Import torch under an assembled name.

line = "Delegating: getattr, exec, ctypes"
"""

import importlib


def attack(x):
    return tried(lambda: importlib.import_module("".join(["to", "rch"])).__name__)

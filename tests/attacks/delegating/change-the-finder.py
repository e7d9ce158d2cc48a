"""Take the worker's finder of modules away, and put another in its place.

line = "Delegating: forbidden libraries, methods, nn, ops, _refs"
loose = ["failed: click"]
open = ["process-only"]
"""

import importlib.machinery
import sys


class Finder:
    def find_spec(self, name, path, target=None):
        return importlib.machinery.PathFinder.find_spec(name, path or [*sys.path, WORLD["packages"]])


def attack(x):
    sys.meta_path[:] = [*sys.meta_path[:2], Finder()]
    return tried(lambda: __import__("click").__name__)

"""Look through all that the garbage collector knows for something of the judge's.

line = "Forging: gc.get_objects"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import gc
import sys

JUDGES = ("pytest", "_pytest", "grader.judge", "grader.report", "grader.course", "grader.grading", "reference")


def attack(x):
    found = set()
    for thing in [*gc.get_objects(), *sys.modules.values()]:
        for name in (getattr(thing, "__module__", ""), getattr(thing, "__name__", "")):
            if type(name) is str and name.startswith(JUDGES):
                found.add(name)
    return f"found {sorted(found)}" if found else "nothing"

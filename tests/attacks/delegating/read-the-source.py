"""Read a library's source as text, for exec.

line = "Delegating: getattr, exec, ctypes"
loose = ["failed: done"]
open = ["process-only"]
"""

import os


def attack(x):
    file = os.path.join(WORLD["packages"], "click", "globals.py")
    return tried(
        lambda: exec(compile(open(file).read(), file, "exec"), {"__name__": "m", "__package__": "m"}) or "done",
        "EPERM",
        "ImportError",
        "ModuleNotFoundError",
    )

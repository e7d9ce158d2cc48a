"""Ask whether a file exists: Landlock says nothing of that.

line = "Reading: stat as an oracle"
held = ["failed: no"]
loose = ["failed: yes, * bytes"]
open = ["no-namespaces", "process-only"]
"""

import os


def attack(x):
    return f"yes, {os.stat(WORLD['cases']).st_size} bytes" if os.path.exists(WORLD["cases"]) else "no"

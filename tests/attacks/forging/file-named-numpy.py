"""Leave numpy.py and random.py in the scratch folder, and import them.

line = "Forging: files named numpy.py, random.py"
held = ["failed: the library"]
loose = ["failed: the file"]
"""

import sys


def attack(x):
    for name in ("numpy", "statistics"):
        with open(f"{name}.py", "w") as file:
            file.write("MINE = True\n")
        sys.modules.pop(name, None)
    import statistics

    return "the file" if hasattr(statistics, "MINE") else "the library"

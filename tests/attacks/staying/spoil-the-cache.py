"""Leave compiled code in the library's cache.

line = "Staying: caches"
open = ["process-only"]
"""

import os
import py_compile


def put():
    with open("helper.py", "w") as file:
        file.write("answer = 0\n")
    py_compile.compile("helper.py", os.path.join(WORLD["library"], "helper.pyc"), doraise=True)


def attack(x):
    return tried(put)

"""Load a library by its file.

line = "Delegating: getattr, exec, ctypes"
loose = ["failed: click"]
open = ["process-only"]
"""

import importlib.util
import os
import sys


def load():
    file = os.path.join(WORLD["packages"], "click", "__init__.py")
    spec = importlib.util.spec_from_file_location("click", file, submodule_search_locations=[os.path.dirname(file)])
    sys.modules["click"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["click"])
    return "click"


def attack(x):
    return tried(load)

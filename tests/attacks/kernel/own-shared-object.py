"""Load a shared object from the scratch folder.

line = "Kernel: a shared object of the student's own"
held = ["failed: denied*"]
open = ["no-namespaces", "process-only"]
"""

import ctypes
import glob
import os
import shutil

import numpy as np


def load():
    found = glob.glob(os.path.join(os.path.dirname(np.__file__), "linalg", "lapack_lite*.so"))
    shutil.copyfile(found[0], "mine.so")
    return "done" if ctypes.CDLL("./mine.so") else ""


def attack(x):
    return tried(load)

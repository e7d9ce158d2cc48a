"""Change NumPy itself where it is installed.

line = "Staying: writing to libraries, home, temporary folders"
open = ["process-only/root"]
"""

import os

import numpy as np


def attack(x):
    # Opened for writing and not written to: other people's NumPy is at stake.
    return tried(lambda: os.close(os.open(np.__file__, os.O_WRONLY)))

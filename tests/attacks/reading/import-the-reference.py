"""Import the reference from where it lies.

line = "Reading: reference in a permitted directory or .pyc"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import os
import sys


def attack(x):
    def take():
        sys.path.insert(0, os.path.dirname(WORLD["reference"]))
        import twice

        return twice.NAME

    return tried(take)

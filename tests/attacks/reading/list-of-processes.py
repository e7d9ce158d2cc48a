"""List the processes of this machine.

line = "Reading: /proc of the judge"
loose = ["failed: found*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: f"found {sum(name.isdigit() for name in os.listdir('/proc'))}")

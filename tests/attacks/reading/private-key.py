"""Read a private key in a home.

line = "Reading: hidden files by path"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: open(os.path.join(WORLD["home"], ".ssh", "id_ed25519")).read())

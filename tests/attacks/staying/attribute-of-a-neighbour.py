"""Write an extended attribute on another member's submission.

line = "Staying: changing another's submission"
loose = ["failed: done*"]
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: os.setxattr(os.path.join(WORLD["neighbour"], "lee.py"), "user.d2d", b"x"), "EOPNOTSUPP")

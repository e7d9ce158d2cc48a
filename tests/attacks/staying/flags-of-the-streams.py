"""Make the streams that others share non-blocking.

line = "Staying: the terminal of whoever runs it (TIOCSTI, non-blocking flags)"
held = ["failed: own"]
"""

import os


def attack(x):
    for fd in (0, 1, 2):
        os.set_blocking(fd, False)
    return "own" if not any(os.isatty(fd) for fd in range(5)) else "shared"

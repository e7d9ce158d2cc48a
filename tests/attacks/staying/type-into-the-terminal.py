"""Type into the terminal of whoever runs this.

line = "Staying: the terminal of whoever runs it (TIOCSTI, non-blocking flags)"
open = ["process-only"]
"""

import fcntl
import os

TIOCSTI = 0x5412


def type_into():
    # The worker leads a session without a terminal, so this one becomes its own when it is opened.
    fcntl.ioctl(os.open(WORLD["terminal"], os.O_RDWR), TIOCSTI, b"x")


def attack(x):
    return tried(type_into, "EPERM", "EIO")

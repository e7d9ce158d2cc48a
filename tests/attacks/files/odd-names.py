"""Leave files whose names no terminal and no decoder likes.

line = "Staying: writing to libraries, home, temporary folders"
held = ["failed: made"]
"""

import os


def attack(x):
    for name in (b"\xff\xfe", b"\x1b[2J", b"-rf", b"a\nb", b"\xe2\x80\xae", b"*", b"x" * 255):
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT))
    return "made"

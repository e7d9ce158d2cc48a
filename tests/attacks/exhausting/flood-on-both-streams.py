"""Print without end on both streams and past Python.

line = "Exhausting: output flood"
held = ["failed: flooded"]
"""

import os


def attack(x):
    for _ in range(300):
        os.write(1, b"x" * 65536)
        os.write(2, b"y" * 65536)
    return "flooded"

"""Wait for input that never comes.

line = "Exhausting: sleep"
held = ["timeout"]
slow = true
"""

import os


def attack(x):
    reading, _writing = os.pipe()
    os.read(reading, 1)

"""Reply twice in one write.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"T" + struct.pack("<Q", 1) + b"T")

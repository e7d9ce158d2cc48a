"""Reply with an array of two numbers and the bytes of four.

line = "Bridge: shape that does not fit the bytes"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\x01" + struct.pack("<Q", 2) + bytes(32))

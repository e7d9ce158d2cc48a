"""Reply with an array of four numbers and the bytes of two.

line = "Bridge: shape that does not fit the bytes"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\x01" + struct.pack("<Q", 4) + bytes(16))

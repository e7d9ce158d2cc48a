"""Reply with an array of a dtype that the format does not have.

line = "Bridge: dtypes O, V, structured"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x4f\x01" + struct.pack("<Q", 1) + bytes(8))

"""Reply with an array of two hundred dimensions.

line = "Bridge: huge array header"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\xc8" + struct.pack("<Q", 1) * 200 + bytes(8))

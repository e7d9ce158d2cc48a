"""Reply with text that is no UTF-8.

line = "Bridge: huge length"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"s" + struct.pack("<I", 1 << 20) + b"\xff" * (1 << 20))

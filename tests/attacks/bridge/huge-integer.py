"""Reply with an integer of a million digits.

line = "Bridge: huge length"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"i" + struct.pack("<I", 1 << 20) + b"\x7f" * (1 << 20))

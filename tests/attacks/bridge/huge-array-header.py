"""Reply with the header of an array of a petabyte.

line = "Bridge: huge array header"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\x01" + struct.pack("<Q", 1 << 47))

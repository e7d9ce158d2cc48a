"""Reply with an array that has no item and a side of 2**62.

line = "Bridge: huge array header"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\x02" + struct.pack("<QQ", 0, 1 << 62))

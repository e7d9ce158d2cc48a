"""Reply with an array whose size is zero by overflow.

line = "Bridge: huge array header"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"a\x0b\x02" + struct.pack("<QQ", 1 << 32, 1 << 32))

"""Reply with a tensor where there is no torch.

line = "Bridge: dtypes O, V, structured"
held = ["failed", "crashed"]
"""

import struct


def attack(x):
    answer_with(b"t\x01a\x0b\x01" + struct.pack("<Q", 4) + bytes(32))

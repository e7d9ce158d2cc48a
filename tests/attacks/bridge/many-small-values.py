"""Reply with more small values than a reply may have.

line = "Bridge: huge length"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"l" + struct.pack("<I", 1_000_000) + b"N" * 1_000_000)

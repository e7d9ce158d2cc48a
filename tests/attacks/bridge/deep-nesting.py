"""Reply with lists nested ten thousand deep.

line = "Bridge: deep nesting"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with((b"l" + struct.pack("<I", 1)) * 10_000 + b"N")

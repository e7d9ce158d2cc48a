"""Reply with fifty thousand handles.

line = "Bridge: handles without end"
held = ["failed", "crashed"]
"""

import struct


def attack(x):
    one = b"h" + struct.pack("<QI", 1, 1) + b"x"
    answer_with(b"l" + struct.pack("<I", 50_000) + one * 50_000)

"""Reply with a handle that was never given.

line = "Bridge: forged handles"
held = ["failed"]
"""

import struct


def attack(x):
    answer_with(b"h" + struct.pack("<QI", 4242, 7) + b"ndarray")

"""Reply with a tensor of integers that asks for gradients.

line = "Bridge: gradients that lie (finite differences by the judge)"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"t\x01a\x04\x01" + struct.pack("<Q", 4) + bytes(32))

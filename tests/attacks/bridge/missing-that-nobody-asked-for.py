"""Reply that a name is missing, with a text of one's own for the name.

line = "Bridge: replies early, late, twice, dripping"
held = ["crashed"]
"""

import struct


def attack(x):
    text = repr(float(x[0])).encode()
    answer_with(b"s" + struct.pack("<I", len(text)) + text, status=b"missing")

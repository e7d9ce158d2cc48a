"""Reply with a name of the submission, which only the judge may send.

line = "Bridge: forged handles"
held = ["crashed"]
"""

import struct


def attack(x):
    answer_with(b"n" + struct.pack("<I", 6) + b"attack")

"""Let the worker's own clean-up write a second reply.

line = "Forging: replace the worker's own loop"
held = ["crashed"]
"""

import os
import struct
import sys


def attack(x):
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "flush"):
        frame = frame.f_back
    reply = struct.pack("<Q", 1) + b"T"
    frame.f_locals["self"].flush = lambda: os.write(4, reply)
    return "flushed"

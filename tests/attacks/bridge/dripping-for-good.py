"""Send a frame byte by byte, for longer than a case may take.

line = "Bridge: replies early, late, twice, dripping"
held = ["timeout"]
slow = true
"""

import os
import struct
import time


def attack(x):
    for byte in struct.pack("<Q", 1000) + bytes(1000):
        os.write(4, bytes([byte]))
        time.sleep(0.01)

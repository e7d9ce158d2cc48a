"""Say before anything else, as the worker does, which layers hold.

line = "Forging: replace the worker's own loop"
held = ["failed: greeted"]
"""

import json
import os
import struct


class WhileLoading:
    hello = json.dumps({"layers": ["everything"]}).encode()
    os.write(4, struct.pack("<Q", len(hello)) + hello)


def attack(x):
    return "greeted"

"""Learn how busy the machine is: no layer hides that.

line = "Side channels: neighbours on the same core"
open = ["all", "no-namespaces", "process-only"]
"""

import ctypes


def attack(x):
    buffer = ctypes.create_string_buffer(512)
    return tried(lambda: call("sysinfo", buffer) or "done")

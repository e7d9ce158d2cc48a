"""Leave a socket in the scratch folder.

line = "Network: abstract sockets"
held = ["failed: denied*"]
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_UNIX).bind("mine"))

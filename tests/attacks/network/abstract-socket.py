"""Connect to an abstract socket of another process.

line = "Network: abstract sockets"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_UNIX).connect("\0" + WORLD["abstract"]))

"""Connect to a socket of another process that lies in a folder.

line = "Network: abstract sockets"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_UNIX).connect(WORLD["inbox"]))

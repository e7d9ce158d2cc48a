"""Connect to a server on this machine.

line = "Network: TCP"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.create_connection(("127.0.0.1", WORLD["tcp"]), 1))

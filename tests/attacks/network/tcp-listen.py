"""Wait for connections.

line = "Network: TCP"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.create_server(("127.0.0.1", 0)).close())

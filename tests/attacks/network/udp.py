"""Send a datagram.

line = "Network: UDP"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", WORLD["udp"])))

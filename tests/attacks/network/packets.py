"""Listen to everything that passes.

line = "Network: raw"
open = ["process-only/root"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300).close())

"""Make a raw socket.

line = "Network: raw"
open = ["process-only/root"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close())

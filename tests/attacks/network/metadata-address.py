"""Find a route to the address at which clouds hand out credentials (a datagram socket looks it up and sends nothing).

line = "Network: the cloud's metadata address"
loose = ["failed: done*"]
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("169.254.169.254", 80)), "ENETUNREACH"
    )

"""Ask the kernel for its network interfaces.

line = "Network: netlink"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close())

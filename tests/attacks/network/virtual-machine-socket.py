"""Make a socket to the host of a virtual machine.

line = "Network: raw"
loose = ["failed: done*"]
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: socket.socket(40, socket.SOCK_STREAM).close(), "EAFNOSUPPORT")

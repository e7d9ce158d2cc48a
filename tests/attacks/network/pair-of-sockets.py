"""Make a pair of sockets, through which descriptors can be passed.

line = "Network: abstract sockets"
open = ["process-only"]
"""

import socket


def attack(x):
    return tried(lambda: [one.close() for one in socket.socketpair()] and "done")

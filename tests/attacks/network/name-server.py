"""Make the socket that a question for a name needs, and send the question to this machine.

line = "Network: DNS"
open = ["process-only"]
"""

import socket

QUESTION = b"\0\1\1\0\0\1\0\0\0\0\0\0\4kept\7example\0\0\1\0\1"


def attack(x):
    def ask():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect(("127.0.0.1", WORLD["udp"]))
            one.send(QUESTION)

    return tried(ask)

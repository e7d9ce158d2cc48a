"""Announce a frame of an exabyte.

line = "Bridge: huge length"
held = ["crashed"]
"""


def attack(x):
    send(b"T", 1 << 60)

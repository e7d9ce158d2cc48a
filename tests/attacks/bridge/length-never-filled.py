"""Announce a frame of 60 MB and send three bytes of it.

line = "Bridge: huge length"
held = ["timeout"]
slow = true
"""


def attack(x):
    send(b"abc", 60 << 20)

"""Read who has an account on this machine.

line = "Reading: hidden files by path"
loose = ["failed: *root:*"]
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open("/etc/passwd").read()[:60])

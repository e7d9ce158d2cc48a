"""Fill the scratch folder with files that are each small enough.

line = "Exhausting: one big file"
held = ["failed: denied*"]
open = ["no-namespaces", "process-only"]
"""

import os


def fill():
    for number in range(5):
        fd = os.open(f"{number}", os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(fd, 0, 15 << 20)
        os.close(fd)


def attack(x):
    return tried(fill)

"""Learn the number of the process that forks workers.

line = "Side channels: what copy-on-write left"
held = ["failed: nobody"]
loose = ["failed: found*"]
open = ["no-namespaces", "process-only"]
"""

import os


def attack(x):
    return f"found {os.getppid()}" if os.getppid() else "nobody"

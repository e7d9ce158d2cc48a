"""Take the judge's next request out of the pipe before the worker does.

line = "Side channels: timing of the judge's next request"
held = ["failed: denied (EAGAIN)", "failed: denied (BlockingIOError)"]
"""

import os


def attack(x):
    os.set_blocking(3, False)
    try:
        return tried(lambda: os.read(3, 1000).decode("latin-1"))
    finally:
        os.set_blocking(3, True)

"""Be told by the kernel when others open files.

line = "Side channels: timing of the judge's next request"
open = ["process-only"]
"""

import os


def watch():
    fd = call("inotify_init1", 0)
    call("inotify_add_watch", fd, os.path.dirname(WORLD["cases"]).encode(), 0x20)


def attack(x):
    return tried(watch)

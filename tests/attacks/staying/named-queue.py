"""Leave a queue of messages that has a name.

line = "Staying: shared memory, queues, keyrings"
open = ["process-only"]
"""

import os


def attack(x):
    return tried(lambda: call("mq_open", b"/" + WORLD["stray"].encode(), os.O_RDWR | os.O_CREAT, 0o600, 0) and "done")

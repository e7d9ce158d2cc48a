"""Leave a queue of messages.

line = "Staying: shared memory, queues, keyrings"
open = ["process-only"]
"""

CREATE = 0o1000 | 0o600


def attack(x):
    return tried(lambda: call("msgget", WORLD["key"], CREATE) and "done")

"""Leave a segment of shared memory.

line = "Staying: shared memory, queues, keyrings"
open = ["process-only"]
"""

CREATE = 0o1000 | 0o600


def attack(x):
    return tried(lambda: call("shmget", WORLD["key"], 4096, CREATE) and "done")

"""Leave a set of semaphores.

line = "Staying: shared memory, queues, keyrings"
open = ["process-only"]
"""

CREATE = 0o1000 | 0o600


def attack(x):
    return tried(lambda: call("semget", WORLD["key"], 1, CREATE) and "done")

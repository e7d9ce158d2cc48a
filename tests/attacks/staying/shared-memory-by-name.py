"""Leave shared memory that has a name.

line = "Staying: shared memory, queues, keyrings"
open = ["process-only"]
"""


def attack(x):
    return tried(lambda: open(f"/dev/shm/{WORLD['stray']}", "w").close())

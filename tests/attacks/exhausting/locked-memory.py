"""Lock memory, so that it can't be taken back.

line = "Exhausting: memory"
open = ["process-only/root"]
"""


def attack(x):
    return tried(lambda: call("mlockall", 1) and "done")

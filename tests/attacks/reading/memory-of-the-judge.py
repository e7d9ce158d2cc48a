"""Read the judge's memory through /proc.

line = "Reading: /proc of the judge"
loose = ["failed: *CANARY*"]
open = ["process-only"]
"""


def take():
    with open(f"/proc/{WORLD['judge']}/mem", "rb", 0) as file:
        file.seek(WORLD["address"])
        return file.read(WORLD["size"]).decode("latin-1")


def attack(x):
    return tried(take)

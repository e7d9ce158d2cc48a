"""Read the judge's environment through /proc.

line = "Reading: /proc of the judge"
held = ["failed: denied*", "failed: nothing"]
loose = ["failed: found"]
open = ["process-only"]
"""


def take():
    with open(f"/proc/{WORLD['judge']}/environ", "rb") as file:
        return "found" if b"PATH=" in file.read() else "nothing"


def attack(x):
    return tried(take)

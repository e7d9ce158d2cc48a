"""Ask inspect for the source of whoever calls.

line = "Reading: inspect, linecache"
held = ["failed: nothing"]
loose = ["failed: *CANARY*", "failed: found*"]
"""

import inspect


def attack(x):
    for frame in inspect.stack():
        if "test_hidden" in frame.filename or frame.function == "test_attack":
            return f"found {frame.filename}"
    return "nothing"

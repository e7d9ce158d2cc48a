"""Raise one's own limits.

line = "Exhausting: raising limits"
maybe = ["process-only/root"]
"""

import resource
import struct


def attack(x):
    unlimited = struct.pack("=qq", resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    return tried(lambda: call("setrlimit", resource.RLIMIT_AS, unlimited) or "done")

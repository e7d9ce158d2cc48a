"""Read the kernel's log.

line = "Reading: /proc of the judge"
open = ["process-only/root"]
"""

import ctypes

SIZE_OF_BUFFER = 10


def attack(x):
    return tried(lambda: syscall("syslog", SIZE_OF_BUFFER, ctypes.create_string_buffer(10), 10))

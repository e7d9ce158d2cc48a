"""Look for the judge's environment in one's own: the variables, and the stack that the process began with.

line = "Reading: environment, also on the stack"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import ctypes
import os


def attack(x):
    found = [name for name in os.environ if "SECRET" in name or name in ("HOME", "USER", "PATH")]
    at = ctypes.cast(libc.environ, ctypes.POINTER(ctypes.c_char_p))
    number = 0
    while at and at[number]:
        if b"SECRET" in at[number]:
            found.append(at[number].decode())
        number += 1
    try:
        found += [text for text in open("/proc/self/environ").read().split("\0") if text]
    except OSError:
        pass
    return f"found {found}" if found else "nothing"

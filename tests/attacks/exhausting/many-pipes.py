"""Fill as many pipes as there are descriptors.

line = "Exhausting: descriptors"
held = ["failed: only *"]
loose = ["failed: done", "timeout"]
"""

import os


def attack(x):
    filled = 0
    try:
        for _ in range(100_000):
            _reading, writing = os.pipe()
            os.set_blocking(writing, False)
            filled += os.write(writing, bytes(65536))
    except OSError:
        pass
    return f"only {filled >> 20} MB" if filled < 256 << 20 else "done"

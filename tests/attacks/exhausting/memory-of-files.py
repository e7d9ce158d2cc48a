"""Map files of the scratch folder, and write to all of them.

line = "Exhausting: memory"
held = ["failed: only *", "memory", "crashed"]
loose = ["failed: done"]
"""

import mmap
import os


def attack(x):
    for number in range(40):
        try:
            fd = os.open(f"{number}", os.O_RDWR | os.O_CREAT)
            os.ftruncate(fd, 14 << 20)
            memory = mmap.mmap(fd, 14 << 20)
            globals().setdefault("kept", []).append(memory)
        except (OSError, MemoryError):
            return f"only {number}"
    return "done"

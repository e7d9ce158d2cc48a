"""Take memory that is shared, and so counts for nobody in particular.

line = "Exhausting: memory"
held = ["failed: only *", "memory", "crashed"]
"""

import mmap


def attack(x):
    kept = []
    for number in range(20):
        try:
            kept.append(mmap.mmap(-1, 32 << 20))
            kept[-1][:: mmap.PAGESIZE] = b"x" * len(range(0, 32 << 20, mmap.PAGESIZE))
        except (OSError, MemoryError):
            return f"only {number}"
    return "done"

"""Start threads without end.

line = "Exhausting: threads"
held = ["failed: only 0", "error"]
open = ["process-only"]
"""

import threading
import time


def attack(x):
    threading.stack_size(64 << 10)
    for number in range(64):
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            return f"only {number}"
    return "done"

"""Wait for other machines, as training on many does.

line = "Network: TCP"
held = ["error", "crashed", "failed: denied*"]
loose = ["failed: done"]
torch = true
open = ["process-only"]
"""

import torch


def attack(x):
    return tried(lambda: torch.distributed.TCPStore("127.0.0.1", 0, 1, True, wait_for_workers=False) and "done")

"""Share a tensor with other processes.

line = "Staying: shared memory, queues, keyrings"
held = ["error", "failed: denied*"]
loose = ["failed: done"]
torch = true
open = ["process-only"]
"""

import torch


def attack(x):
    return tried(lambda: torch.zeros(4).share_memory_() is not None and "done")

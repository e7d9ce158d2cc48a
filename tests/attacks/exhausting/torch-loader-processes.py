"""Load data in processes of its own.

line = "Exhausting: fork"
held = ["error", "failed: denied*"]
loose = ["failed: done", "timeout"]
torch = true
open = ["process-only"]
"""

import torch


def attack(x):
    loader = torch.utils.data.DataLoader(list(range(8)), num_workers=2)
    return tried(lambda: len(list(loader)) and "done")

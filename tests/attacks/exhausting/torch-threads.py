"""Have torch start threads, and compute on all of them.

line = "Exhausting: threads"
held = ["failed: denied*", "error", "crashed", "timeout", "failed: 1"]
loose = ["failed: done"]
torch = true
open = ["process-only"]
"""

import os

import torch


def attack(x):
    torch.set_num_threads(4)
    torch.ones(2000, 500) @ torch.ones(500, 500)
    try:
        return "done" if len(os.listdir("/proc/self/task")) > 1 else "1"
    except OSError as error:
        return denied(error)

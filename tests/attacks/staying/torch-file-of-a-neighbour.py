"""Have torch map another member's file for writing.

line = "Staying: changing another's submission"
held = ["error", "failed: denied*"]
torch = true
open = ["process-only"]
"""

import os

import torch


def change():
    file = os.path.join(WORLD["neighbour"], "lee.py")
    torch.from_file(file, shared=True, size=4, dtype=torch.uint8)[0] = 0


def attack(x):
    return tried(change)

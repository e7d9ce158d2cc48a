"""Compile a kernel of one's own with the machine's compiler.

line = "Delegating: getattr, exec, ctypes"
held = ["error", "failed: denied*"]
loose = ["failed: done"]
torch = true
open = ["process-only"]
"""

import subprocess

import torch


def attack(x):
    torch.utils.cmake_prefix_path  # noqa: B018 — what a build with torch begins with
    return tried(lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True) and "done")

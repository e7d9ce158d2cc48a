"""Attach to another process as a debugger does.

line = "Reading: process_vm_readv"
held = ["crashed"]
open = ["process-only"]
"""

SEIZE = 0x4206


def attack(x):
    return tried(lambda: syscall("ptrace", SEIZE, WORLD["victim"], 0, 0))

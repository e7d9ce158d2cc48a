"""Have another interpreter import the library.

line = "Delegating: forbidden libraries, methods, nn, ops, _refs"
loose = ["failed: click"]
open = ["process-only"]
"""

import subprocess


def ask():
    command = [WORLD["python"], "-c", "import click; print(click.__name__)"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def attack(x):
    return tried(ask)

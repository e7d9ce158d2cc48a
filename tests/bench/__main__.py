"""`make bench`: every benchmark in one run; exits 1 where a bound does not hold."""

from __future__ import annotations

import sys

import bridge
import grade
import gradebook
import hostile
import layers
import notebook
import peers
import start

rows = [
    *start.rows(),
    *bridge.rows(),
    *gradebook.rows(),
    *notebook.rows(),
    *layers.rows(),
    *hostile.rows(),
    *grade.rows(),
    *peers.rows(),
]
print(*rows, sep="\n")
sys.exit(not all(row.held for row in rows))

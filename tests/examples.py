"""How many random examples a property is tried with: a few by default, all of them in `make slow`."""

from __future__ import annotations

import os


def examples(few: int, many: int) -> int:
    """`many` where `D2D_ALL_EXAMPLES` is set."""
    return many if os.environ.get("D2D_ALL_EXAMPLES") else few

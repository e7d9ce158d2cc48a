"""A crowd of hostile submissions: memory of the judge and its zygote before and after, and time for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from table import Row

CROWD = Path(__file__).parents[1] / "attacks" / "crowd.py"
HOSTILE, HONEST = 200, 50


def rows() -> list[Row]:
    if sys.platform != "linux":
        return []
    done = subprocess.run(
        [sys.executable, "-I", str(CROWD), str(HOSTILE), str(HONEST)],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    judge, zygote = zip(*found["memory"], strict=True)
    unlike = found["honest"].count(False) + len(found["escaped"]) + len(found["left"]) + found["processes"]
    each = 1e3 * found["seconds"] / (HOSTILE + HONEST)
    return [
        Row("hostile crowd, time for each", each, None, "ms", f"{HOSTILE} hostile and {HONEST} honest submissions"),
        Row("hostile crowd, judge grows by", (judge[-1] - judge[0]) / 1e6, 24, "MB", f"from {judge[0] / 1e6:.0f} MB"),
        Row("hostile crowd, highest in between", (max(judge) - judge[0]) / 1e6, None, "MB", "replies of up to 64 MB"),
        Row(
            "hostile crowd, zygote grows by", (zygote[-1] - zygote[0]) / 1e6, 4, "MB", f"from {zygote[0] / 1e6:.0f} MB"
        ),
        Row("hostile crowd, changed or left", unlike, 0, "", "honest scores, processes, files"),
    ]

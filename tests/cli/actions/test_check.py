"""`d2d actions check` in a member's repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return 2 * x\n"


def test_a_folder_grader_of_the_member_s_is_not_run(d2d: Command, course: Path) -> None:
    (course / "mini.py").write_text(RIGHT, "utf-8")
    (course / "grader").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (course / "grader" / name).write_text("raise SystemExit('the wrong one')\n", "utf-8")
    done = d2d("actions", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4/4" in done.stdout

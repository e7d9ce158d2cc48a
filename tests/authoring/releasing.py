"""What the tests of releases share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.course.course import find_course

ROOT = Path(__file__).resolve().parents[2]


IDS = find_course(ROOT).ids()


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """`d2d` as a member calls it: in the released folder, far from the repository."""
    command = [str(Path(sys.executable).with_name("d2d")), *map(str, arguments)]
    environment = {**os.environ, "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)

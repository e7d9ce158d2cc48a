"""What the tests of collecting share."""

from __future__ import annotations

import zipfile
from datetime import datetime, timezone
from pathlib import Path

from grader.github.git import FetchLimits

LIMITS = FetchLimits(seconds=20, bytes=64 << 20, protocols=("file",))


WORK = "def mse(x, y):\n    return 0\n"


DEADLINE = datetime(2026, 3, 20, 15, 0, tzinfo=timezone.utc)


def files(tmp_path: Path, member: str = "kim") -> dict[str, bytes]:
    with zipfile.ZipFile(tmp_path / "out" / f"{member}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only(tmp_path: Path, *names: str) -> None:
    """Nothing but these lies in the folder: no path of a repository's became one of ours."""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([*names, "collected.json"])

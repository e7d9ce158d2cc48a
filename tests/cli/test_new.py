"""`d2d new`: the files of an assignment, by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands import Command


def test_each_file_is_named_and_there(d2d: Command, course: Path) -> None:
    done = d2d("new", "hw9")
    assert done.returncode == 0, done.stderr
    assert "d2d audit hw9" in done.stderr
    files = [course / line for line in done.stdout.splitlines()]
    assert course / "assignments" / "hw9" / "assignment.toml" in files
    assert all(file.is_file() for file in files)
    assert d2d("new", "hw9").returncode == 2

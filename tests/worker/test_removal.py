"""What a submission left is taken away, however it lies there, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.worker.removal import empty, remove


def nested(top: Path, depth: int) -> None:
    """Folders in folders, deeper than a path may be long."""
    home = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(depth):
            os.mkdir("a")  # noqa: PTH102 — the path would be too long
            os.chdir("a")
        Path("file").write_text("x", "utf-8")
    finally:
        os.chdir(home)


@pytest.mark.parametrize("depth", [1, 3, 5000])
def test_folders_however_deep(tmp_path: Path, depth: int) -> None:
    top = tmp_path / "top"
    top.mkdir()
    nested(top, depth)
    remove(str(top))
    assert not top.exists()


def test_folders_without_rights(tmp_path: Path) -> None:
    """As an ordinary user they can't be opened; root wouldn't notice, so the rights are asked for as well."""
    top = tmp_path / "top"
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed" / "inner" / "file").write_text("x", "utf-8")
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0)
    remove(str(top))
    assert not top.exists()


def test_links_are_taken_away_and_not_what_they_lead_to(tmp_path: Path) -> None:
    outside, top = tmp_path / "outside", tmp_path / "top"
    outside.mkdir()
    (outside / "kept").write_text("x", "utf-8")
    (top / "inner").mkdir(parents=True)
    (top / "link").symlink_to(outside)
    (top / "inner" / "link").symlink_to(outside)
    (top / "inner" / "broken").symlink_to(tmp_path / "nothing")
    empty(str(top))
    assert list(top.iterdir()) == []
    assert (outside / "kept").read_text("utf-8") == "x"

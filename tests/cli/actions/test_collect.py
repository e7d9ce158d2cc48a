"""`d2d actions collect`: what it hands to the next jobs; with `publish` after it in test_publish.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.git_repositories import Repository

if TYPE_CHECKING:
    from tests.commands import Command


def test_the_matrix_and_the_snapshot(d2d: Command, course: Path, tmp_path: Path) -> None:
    Repository.make(tmp_path / "kim").commit({"mini.py": "x = 1\n"})
    (course / "roster.csv").write_text(f"member,repository\nkim,file://{tmp_path}/kim\n", "utf-8")
    env = {"D2D_GIT_ALLOW": "file", "GITHUB_OUTPUT": str(tmp_path / "output")}
    arguments = ("--roster", "roster.csv", "--state", tmp_path / "state", "--out", tmp_path / "out")
    done = d2d("actions", "collect", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    matrix, _digest = (tmp_path / "output").read_text("utf-8").splitlines()
    assert [part["shard"] for part in json.loads(matrix.removeprefix("matrix="))] == ["1/1"]
    assert len(json.loads((tmp_path / "out" / "heads.json").read_text("utf-8"))["snapshots"]) == 1

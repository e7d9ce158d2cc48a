"""`d2d collect`: what it prints and writes; how repositories are read is in tests/github."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.git_repositories import Repository

if TYPE_CHECKING:
    from tests.commands import Command

ENV = {"D2D_GIT_ALLOW": "file"}


@pytest.fixture
def roster(course: Path, tmp_path: Path) -> Path:
    """Kim's repository is there, lee's is not."""
    Repository.make(tmp_path / "git" / "kim").commit({"mini.py": "x = 1\n"})
    file = course / "roster.csv"
    file.write_text(f"member,repository\nkim,file://{tmp_path}/git/kim\nlee,file://{tmp_path}/git/lee\n", "utf-8")
    return file


def test_who_is_missing_stands_last_with_the_reason(d2d: Command, roster: Path, tmp_path: Path) -> None:
    done = d2d("collect", "--roster", roster, "--out", tmp_path / "out", "--hw", "mini", env=ENV)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["✓", "kim"], ["✗", "lee"]]
    assert lines[-1] == "1 collected, 1 missing"
    assert (tmp_path / "out" / "kim.zip").is_file()


def test_a_snapshot_says_later_what_was_there(d2d: Command, roster: Path, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    done = d2d("collect", "--roster", roster, "--snapshot", heads, env=ENV)
    assert done.returncode == 0, done.stderr
    assert "1 of 2 repositories." in done.stderr
    assert len(json.loads(heads.read_text("utf-8"))["snapshots"]) == 1
    when = json.loads(heads.read_text("utf-8"))["snapshots"][0]["at"]
    arguments = ("--snapshot", heads, "--before", when, "--out", tmp_path / "out", "--json", "-")
    done = d2d("collect", "--roster", roster, *arguments, env=ENV)
    assert "What counts is the snapshot of" in done.stderr
    works = {work["member"]: work["basis"] for work in json.loads(done.stdout)["members"]}
    assert works["kim"] == "snapshot"
    assert len(json.loads(heads.read_text("utf-8"))["snapshots"]) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "Give --out DIR, --snapshot FILE or both."),
        (("--out", "out", "--before", "tomorrow"), "tomorrow is no time."),
        (("--out", "out", "--hw", "minni"), "Did you mean mini?"),
    ],
)
def test_what_can_not_be(d2d: Command, roster: Path, arguments: tuple[str, ...], complaint: str) -> None:
    done = d2d("collect", "--roster", roster, *arguments, env=ENV)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr

"""What a folder of submissions holds, and what in it can be nobody's."""

from __future__ import annotations

import os
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.grading.entries import Entry, changed_at, entries, shard_of
from grader.member import MemberName

ENTRIES = [Entry(MemberName(name), Path(name)) for name in ("kim", "lee", "park")]


def test_an_entry_for_each_member(tmp_path: Path) -> None:
    for name in ("lee.py", "kim.ipynb", "roster.csv", "_notes.py", ".hidden.py"):
        (tmp_path / name).write_text("x = 1\n", "utf-8")
    (tmp_path / "park").mkdir()
    (tmp_path / "out").mkdir()
    found = entries(tmp_path, "hw1", apart_from=[tmp_path / "out"])
    assert [(entry.member, entry.trouble) for entry in found] == [("kim", None), ("lee", None), ("park", None)]


def test_names_from_macos_are_composed(tmp_path: Path) -> None:
    (tmp_path / (unicodedata.normalize("NFD", "김철수") + ".py")).write_text("x = 1\n", "utf-8")
    (entry,) = entries(tmp_path, "hw1")
    assert entry.member == "김철수"


def test_of_two_that_are_called_the_same_neither_is_judged(tmp_path: Path) -> None:
    for name in ("kim.py", "Kim.ipynb"):
        (tmp_path / name).write_text("x = 1\n", "utf-8")
    (entry,) = entries(tmp_path, "hw1")
    assert entry.trouble is not None
    assert "more than one entry" in entry.trouble.what


@pytest.mark.parametrize("name", ["a\\b.py", "\u202ekim.py", "k" * 201 + ".py"])
def test_a_name_that_no_report_can_have(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x = 1\n", "utf-8")
    (entry,) = entries(tmp_path, "hw1")
    assert entry.trouble is not None


def test_a_folder_called_as_the_assignment_is_one_submission(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").write_text("x = 1\n", "utf-8")
    assert [entry.path for entry in entries(tmp_path, "hw1")] == [tmp_path]


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no submission"):
        entries(tmp_path, "hw1")


@pytest.mark.parametrize(
    ("shard", "members"),
    [(None, "kim lee park"), ("1/2", "kim park"), ("2/2", "lee"), ("1/1", "kim lee park"), ("4/4", "")],
)
def test_the_members_of_a_part(shard: str | None, members: str) -> None:
    assert " ".join(entry.member for entry in shard_of(ENTRIES, shard)) == members


@pytest.mark.parametrize("shard", ["", "0/2", "3/2", "1/0", "1", "1/2/3", "-1/2", "１/２"])
def test_what_is_no_part(shard: str) -> None:
    with pytest.raises(UsageError):
        shard_of(ENTRIES, shard)


def test_when_work_was_changed_is_said_by_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    for name, second in (("hw1.py", 100), ("old.py", 50), ("data.csv", 900), (".hidden.py", 900)):
        (tmp_path / "kim" / name).write_text("x = 1\n", "utf-8")
        os.utime(tmp_path / "kim" / name, (second, second))
    at = changed_at(tmp_path / "kim")
    assert at is not None
    assert at.timestamp() == 100
    assert changed_at(tmp_path / "kim" / "old.py") == at - timedelta(seconds=50)
    (tmp_path / "lee").mkdir()
    assert changed_at(tmp_path / "lee") is changed_at(tmp_path / "nobody.py") is None

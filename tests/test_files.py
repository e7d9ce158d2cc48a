"""Files are read within bounds and written whole; what goes wrong says what, where and why."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import files
from grader.errors import FileError, NoRoomError


@pytest.mark.parametrize("lasting", [False, True])
def test_it_takes_the_place_of_what_was_there(tmp_path: Path, lasting: bool) -> None:
    file = tmp_path / "a.json"
    for data in (b"one", b"another"):
        files.write_whole(file, data, lasting=lasting)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize(("mode", "rights"), [(None, 0o640), (0o644, 0o644), (0o600, 0o600)])
def test_it_has_the_rights_of_a_new_file_or_those_that_are_named(tmp_path: Path, mode: int, rights: int) -> None:
    before = os.umask(0o027)
    try:
        files.write_whole(tmp_path / "a", b"", mode=mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == rights


def test_what_can_not_be_finished_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    files.write_whole(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoomError, match="No space"):
        files.write_whole(file, b"new", lasting=True)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a": b"old"}


def test_a_file_and_its_missing_folder_are_made(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "new" / "a.txt", "가")
    assert (tmp_path / "new" / "a.txt").read_text("utf-8") == "가"


def test_a_new_file_takes_the_place_of_none(tmp_path: Path) -> None:
    files.write_new(tmp_path / "key", b"one", 0o600)
    with pytest.raises(FileError, match="can't be written: File exists"):
        files.write_new(tmp_path / "key", b"another", 0o600)
    assert (tmp_path / "key").read_bytes() == b"one"


@pytest.mark.parametrize(
    "read",
    [
        files.read_submitted,
        files.read_text,
        lambda path: files.read_named(path, limit=10),
    ],
)
def test_a_failure_to_read_says_what_and_where(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(FileError, match="no such file") as caught:
        read(tmp_path / "gone")
    assert caught.value.where == str(tmp_path / "gone")
    assert caught.value.exit_code == 2
    with pytest.raises(FileError, match=r"This is no file|can't be read"):
        read(tmp_path)
    with pytest.raises(FileError, match="no such file"):
        read(tmp_path / "a\0b")


def test_a_named_file_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert files.read_named(tmp_path / "a", limit=5) == b"12345"
    with pytest.raises(FileError, match="too long"):
        files.read_named(tmp_path / "a", limit=4, too_long="too long")


def test_to_append_nothing_tells_whether_a_file_can_be_written(tmp_path: Path) -> None:
    files.append(tmp_path / "a", "one ")
    files.append(tmp_path / "a", "")
    files.append(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text("utf-8") == "one two"
    with pytest.raises(FileError, match="can't be written"):
        files.append(tmp_path / "no" / "a", "")
    files.append(tmp_path / "new", "")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]

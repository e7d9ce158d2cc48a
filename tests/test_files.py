"""A file is whole or not there, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from grader import files as whole


@pytest.mark.parametrize("lasting", [False, True])
def test_it_takes_the_place_of_what_was_there(tmp_path: Path, lasting: bool) -> None:
    file = tmp_path / "a.json"
    for data in (b"one", b"another"):
        whole.put(file, data, lasting=lasting)
        assert file.read_bytes() == data
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize(("mode", "rights"), [(None, 0o640), (0o644, 0o644), (0o600, 0o600)])
def test_it_has_the_rights_of_a_new_file_or_those_that_are_named(tmp_path: Path, mode: int, rights: int) -> None:
    before = os.umask(0o027)
    try:
        whole.put(tmp_path / "a", b"", mode=mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == rights


def test_what_can_not_be_finished_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    whole.put(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        whole.put(file, b"new", lasting=True)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a": b"old"}

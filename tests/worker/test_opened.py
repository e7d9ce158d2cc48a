"""A folder is opened as itself and never as what a link leads to, whatever rights it was left with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.worker.opened import is_opened, open_folder, open_with_rights, stand_in
from tests.outside import Outside

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows opens no folders")


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "outside")


def test_a_link_is_refused_at_each_place(tmp_path: Path, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(outside.folder)
    top = open_folder(str(tmp_path))
    try:
        for refused in (
            lambda: open_folder(str(tmp_path / "link")),
            lambda: open_folder("link", top),
            lambda: open_with_rights("link", top),
            lambda: stand_in(str(tmp_path / "link")),
            lambda: stand_in(str(tmp_path / "link" / "inner")),
        ):
            with pytest.raises(NotADirectoryError):
                refused()
    finally:
        os.close(top)
    assert Path.cwd() == tmp_path
    outside.check()


def test_a_file_gets_no_rights(tmp_path: Path, outside: Outside) -> None:
    """Its second name may lie anywhere."""
    (tmp_path / "name").hardlink_to(outside.file)
    top = open_folder(str(tmp_path))
    with pytest.raises(NotADirectoryError):
        open_with_rights("name", top)
    os.close(top)
    outside.check()


def test_a_folder_gets_the_rights_that_its_owner_needs(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "open").mkdir(mode=0o755)
    top = open_folder(str(tmp_path))
    for name in ("closed", "open"):
        os.close(open_with_rights(name, top))
    os.close(top)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("closed", "open")] == [0o700, 0o755]


def test_it_is_seen_when_another_takes_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    opened = open_folder(str(folder))
    assert is_opened(opened, str(folder))
    folder.rename(tmp_path / "moved")
    assert not is_opened(opened, str(folder))
    folder.symlink_to(tmp_path / "moved")
    assert not is_opened(opened, str(folder))
    os.close(opened)


def test_a_worker_stands_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    stand_in(str(tmp_path))
    assert Path.cwd() == tmp_path

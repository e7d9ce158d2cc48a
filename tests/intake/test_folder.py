"""Which files of a folder are candidates."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import BadInputError
from grader.intake import folder as folder_module
from grader.intake.folder import candidates_of_folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n", "utf-8")


def test_candidates_come_by_name_and_give_their_bytes(tmp_path: Path) -> None:
    put(tmp_path, "b/hw1.py", "a.ipynb", "readme.md", ".git/hw1.py", "venv/hw1.py", "test_public.py")
    candidates = candidates_of_folder(tmp_path)
    assert [(each.name, each.where) for each in candidates] == [
        ("a.ipynb", str(tmp_path / "a.ipynb")),
        ("b/hw1.py", str(tmp_path / "b" / "hw1.py")),
    ]
    assert [each.load() for each in candidates] == [b"# a.ipynb\n", b"# b/hw1.py\n"]


def test_a_link_is_not_followed_and_named_only_where_nothing_else_is_there(tmp_path: Path) -> None:
    (tmp_path / "hw1.py").symlink_to("/etc/hostname")
    (tmp_path / "up").symlink_to(tmp_path.parent, target_is_directory=True)
    with pytest.raises(BadInputError, match="link") as caught:
        candidates_of_folder(tmp_path)
    assert str(caught.value.where) == str(tmp_path / "hw1.py")
    put(tmp_path, "other.py")
    assert [each.name for each in candidates_of_folder(tmp_path)] == ["other.py"]


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "hw1.py")
    (candidate,) = candidates_of_folder(tmp_path)
    (tmp_path / "hw1.py").unlink()
    (tmp_path / "hw1.py").symlink_to("/etc/hostname")
    with pytest.raises(BadInputError):
        candidate.load()


def test_entries_of_all_folders_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/1.txt", "a/2.txt", "b/1.txt")
    monkeypatch.setattr(folder_module, "MAX_ENTRIES", 5)
    assert candidates_of_folder(tmp_path) == ()
    put(tmp_path, "b/2.txt")
    with pytest.raises(BadInputError, match="more than"):
        candidates_of_folder(tmp_path)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        candidates_of_folder(tmp_path / "gone")

"""Which files of a folder or an archive may be the submission, and which archives are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import BadInputError
from grader.intake import candidate as candidate_module
from grader.intake.candidate import MAX_ENTRIES, ArchiveMember, accepted, candidates_of_folder, is_candidate, kind, stem


@pytest.mark.parametrize(
    ("name", "ending", "bare"),
    [
        ("week1/kim.tar.gz", ".tar.gz", "kim"),
        ("KIM.IPYNB", ".ipynb", "KIM"),
        ("a.b.py", ".py", "a.b"),
        ("kim.tar.bz2", ".tar.bz2", "kim"),
        ("kim.txt", "", "kim.txt"),
        (".py", "", ".py"),
        ("", "", ""),
    ],
)
def test_a_name_is_a_stem_and_an_ending(name: str, ending: str, bare: str) -> None:
    assert (kind(name), stem(name)) == (ending, bare)


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("hw1.py", True),
        ("misconceptions.py", True),
        ("a/b/hw1.ipynb", True),
        ("test_hw1.py", False),
        ("hw1_test.py", False),
        ("conftest.py", False),
        (".hw1.py", False),
        ("venv/hw1.py", False),
        (".ipynb_checkpoints/hw1.ipynb", False),
        ("d/" * 9 + "hw1.py", False),
        ("a" * 1100 + ".py", False),  # longer than a report may name it
        ("hw1.txt", False),
        ("hw1.zip", False),
    ],
)
def test_helpers_and_what_tools_leave_are_no_candidates(name: str, may_be: bool) -> None:
    assert is_candidate(name) is may_be


def test_of_an_archive_only_the_candidates_are_taken() -> None:
    members = [
        ArchiveMember("hw1/", "folder"),
        ArchiveMember("./hw1//hw1.py", "file"),
        ArchiveMember("hw1/data.csv", "file"),
        ArchiveMember("hw1/latest", "link"),
        ArchiveMember("other.zip", "file"),
    ]
    assert accepted(members, "kim.zip") == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (ArchiveMember("../hw1.py", "file"), "outside of its folder"),
        (ArchiveMember("a/../../data.csv", "file"), "outside of its folder"),
        (ArchiveMember("/etc/passwd", "file"), "outside of its folder"),
        (ArchiveMember("C:/hw1.py", "file"), "outside of its folder"),
        (ArchiveMember("console", "device"), "is no file"),
        (ArchiveMember("hw1.py", "link"), "link in it"),
        (ArchiveMember("hw1.rar", "file"), "only another archive"),
    ],
)
def test_an_archive_that_no_honest_program_wrote_is_refused(member: ArchiveMember, words: str) -> None:
    with pytest.raises(BadInputError, match=words) as caught:
        accepted([member], "kim.zip")
    assert (caught.value.where, bool(caught.value.hint)) == ("kim.zip", True)


def test_entries_are_counted_while_they_come() -> None:
    def endless() -> Iterator[ArchiveMember]:
        while True:
            yield ArchiveMember("a.txt", "file")

    with pytest.raises(BadInputError, match=str(MAX_ENTRIES)):
        accepted(endless(), "kim.tar")


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
    monkeypatch.setattr(candidate_module, "MAX_ENTRIES", 5)
    assert candidates_of_folder(tmp_path) == ()
    put(tmp_path, "b/2.txt")
    with pytest.raises(BadInputError, match="more than"):
        candidates_of_folder(tmp_path)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        candidates_of_folder(tmp_path / "gone")

"""Which files of a folder or an archive may be the submission, and which archives are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.errors import BadInputError
from grader.intake.candidate import MAX_ENTRIES, ArchiveMember, accepted, is_candidate, kind, stem


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

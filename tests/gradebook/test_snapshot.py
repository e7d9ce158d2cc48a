"""A gradebook on a real disk that can only be read."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.course.course import Term
from grader.errors import BadInputError
from grader.gradebook import snapshot
from grader.gradebook.book import Gradebook
from grader.gradebook.snapshot import to_read
from grader.report.reader import Document

Shut = Callable[[], None]
TERM = Term()


def mount(*arguments: object) -> bool:
    command = ["mount", *map(str, arguments)]
    return (
        shutil.which("mount") is not None and not subprocess.run(command, capture_output=True, check=False).returncode
    )


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Shut]]:
    """A small disk, and what makes it one that can only be read."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=4m", "none", folder):
        pytest.skip("needs the right to mount a small file system")

    def shut() -> None:
        assert mount("-o", "remount,ro", folder)

    yield folder, shut
    subprocess.run(["umount", "-l", folder], check=True)


def test_what_counts_is_read_and_checked(
    disk: tuple[Path, Shut], filled: Path, document: Callable[..., Document], scratch_home: Path
) -> None:
    folder, shut = disk
    book = Path(shutil.copy(filled, folder / "book.db"))
    with Gradebook(filled) as opened:
        expected, log = opened.results(TERM), opened.last_link()
    shut()
    before = set(scratch_home.iterdir())  # what judges have that the tests share
    with pytest.raises(BadInputError, match="can't be written to") as caught, Gradebook(book):
        pass
    with Gradebook(book, only_read=True) as opened:
        assert (opened.results(TERM), opened.last_link(), list(opened.check())) == (expected, log, [])
    assert set(scratch_home.iterdir()) == before
    assert caught.value.where == str(book)
    assert [file.name for file in folder.iterdir()] == ["book.db"]


def test_what_a_killed_command_wrote_last_is_there_too(
    disk: tuple[Path, Shut], filled: Path, document: Callable[..., Document]
) -> None:
    """It is in the file beside the gradebook, which nobody could take in any more."""
    folder, shut = disk
    with Gradebook(filled) as opened:
        before = opened.last_link()
        assert opened.add(document("choi"), by="staff").new
        for file in filled.parent.glob(f"{filled.name}*"):
            shutil.copy(file, folder / file.name)
        after = opened.last_link()
    assert (folder / f"{filled.name}-wal").stat().st_size
    shut()
    with Gradebook(folder / filled.name, only_read=True) as opened:
        assert opened.last_link() == after != before


def test_what_is_no_gradebook_is_named_where_it_is(disk: tuple[Path, Shut], tmp_path: Path) -> None:
    folder, shut = disk
    (folder / "book.db").write_bytes(b"member,score\n")
    with closing(sqlite3.connect(folder / "songs.db")) as songs:
        songs.execute("CREATE TABLE songs (title)")
    shut()
    for name in ("book.db", "songs.db", "none.db"):
        with pytest.raises(BadInputError) as caught, Gradebook(folder / name, only_read=True):
            pass
        assert caught.value.where == str(folder / name)


def test_what_changes_meanwhile_is_copied_again(tmp_path: Path, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that others write to: on this machine it can only be read."""
    monkeypatch.setattr("os.access", lambda *_arguments: False)
    copyfile, turns = shutil.copyfile, [b"1", b""]

    def copied(source: Path, target: Path) -> Path:
        copyfile(source, target)
        if more := turns.pop(0) if turns else b"":
            with filled.with_name(f"{filled.name}-journal").open("ab") as file:
                file.write(more)
        return target

    monkeypatch.setattr(snapshot.shutil, "copyfile", copied)
    with to_read(filled) as copy:
        assert copy.read_bytes() == filled.read_bytes()
        assert copy.with_name(f"{copy.name}-journal").read_bytes() == b"1"
    assert turns == []


def test_where_it_can_be_written_it_is_read_itself(filled: Path) -> None:
    with to_read(filled) as file:
        assert file == filled

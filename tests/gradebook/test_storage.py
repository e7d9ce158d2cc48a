"""The file of a gradebook: what is none, what is in use, and how an older one becomes a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from grader.course.term import Term
from grader.errors import BadInputError, OurFaultError
from grader.gradebook import storage
from grader.gradebook.book import Gradebook
from grader.report.reader import Document
from tests.made_reports import execute

MakeDocument = Callable[..., Document]
TERM = Term()


def refused(path: Path, *, create: bool = False) -> str:
    with pytest.raises(BadInputError) as found, Gradebook(path, create=create):
        pass
    assert str(path) in str(found.value)
    assert "\n" not in str(found.value)
    return found.value.what


def test_what_is_no_gradebook(book: Path, tmp_path: Path) -> None:
    assert refused(book) == "There is no gradebook here."
    assert not book.exists()
    assert refused(tmp_path / "no" / "folder.db", create=True) == "There is no gradebook here."
    assert "can't be read" in refused(tmp_path)
    book.write_bytes(b"")
    assert refused(book) == "This is no gradebook."
    for data in (b"member,score\nkim,41\n", b"SQLite format 3\0 and then nothing"):
        book.write_bytes(data)
        assert refused(book, create=True) == "This is no gradebook."
        assert book.read_bytes() == data


def test_another_program_s_database_is_left_alone(book: Path) -> None:
    execute(book, "CREATE TABLE songs (title)")
    before = book.read_bytes()
    for create in (False, True):
        assert refused(book, create=create) == "This is an SQLite file, but no gradebook."
    assert book.read_bytes() == before


def test_a_newer_version_is_left_alone(filled: Path) -> None:
    execute(filled, "PRAGMA user_version = 99")
    assert refused(filled) == f"The gradebook is of version 99; this d2d knows up to {len(storage.MIGRATIONS)}."


def test_a_locked_one_is_said(filled: Path, document: MakeDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(filled, isolation_level=None)) as other, Gradebook(filled) as opened:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BadInputError, match="in use by another program"):
            opened.add(document("choi"), by="staff")
        assert len(opened.entries()) == 3  # who only reads need not wait
        other.execute("ROLLBACK")
        assert opened.add(document("choi"), by="staff").new


def test_a_damaged_one_is_our_fault(filled: Path) -> None:
    with Gradebook(filled) as opened:
        opened.entries()
    data = bytearray(filled.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    filled.write_bytes(data)
    with pytest.raises(OurFaultError, match="damaged"), Gradebook(filled) as opened:
        opened.entries()


def test_an_older_version_is_brought_up_to_date(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = (*storage.MIGRATIONS, ("ALTER TABLE decisions ADD COLUMN note TEXT",))
    monkeypatch.setattr(storage, "MIGRATIONS", newer)
    with Gradebook(filled) as opened:
        assert len(opened.entries()) == 3
        assert list(opened.check()) == []
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(newer),)
        assert connection.execute("SELECT note FROM decisions").fetchall() == [(None,)]


def test_a_migration_that_fails_changes_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*storage.MIGRATIONS, ("ALTER TABLE decisions ADD COLUMN note TEXT", "CREATE TABLE reports (id)"))
    monkeypatch.setattr(storage, "MIGRATIONS", broken)
    with pytest.raises(OurFaultError), Gradebook(filled):
        pass
    monkeypatch.undo()
    with Gradebook(filled) as opened:
        assert list(opened.check()) == []
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(storage.MIGRATIONS),)
        assert len(connection.execute("SELECT * FROM decisions").description) == 4

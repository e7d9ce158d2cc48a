"""The file of a gradebook: what is none, what is in use, an older one, and one that somebody altered."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from grader.course.course import Term
from grader.errors import BadInputError, OurFaultError
from grader.gradebook import storage
from grader.gradebook.book import Gradebook
from grader.gradebook.storage import START, link
from grader.report.canonical import canonical, sha256
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


@pytest.mark.parametrize("table", ["reports", "documents", "overrides", "decisions", "log"])
def test_nothing_is_changed_or_taken_away(filled: Path, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 100"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            execute(filled, statement)


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("reports", "UPDATE reports SET score = '50' WHERE id = 2", "Report 2 is not what it was."),
        ("reports", "UPDATE reports SET complete = 0 WHERE id = 3", "Report 3 is not what it was."),
        ("reports", "UPDATE reports SET member = 'lee' WHERE id = 1", "Report 1 is not the one that the log names."),
        (
            "reports",
            "UPDATE reports SET submitted_at = '2020-01-01T00:00:00+00:00' WHERE id = 1",
            "Report 1 is not what",
        ),
        ("reports", "UPDATE reports SET added_at = '2020-01-01T00:00:00+00:00' WHERE id = 2", "Report 2 is not what"),
        ("reports", "UPDATE reports SET key_id = '0123456789abcdef' WHERE id = 3", "Report 3 is not the one"),
        ("overrides", "UPDATE overrides SET by = 'choi'", "The overrides are not those that the log names."),
        ("decisions", "UPDATE decisions SET by = 'choi'", "The decisions are not those that the log names."),
        ("documents", "UPDATE documents SET json = x'00' WHERE report = 1", "Report 1 can't be read."),
        ("documents", "DELETE FROM documents WHERE report = 1", "Report 1 can't be read."),
        ("reports", "DELETE FROM reports WHERE id = 3", "Report 3 is gone."),
        ("overrides", "UPDATE overrides SET points = '50'", "The overrides are not those that the log names."),
        ("overrides", "DELETE FROM overrides", "The overrides are not those that the log names."),
        ("decisions", "UPDATE decisions SET json = '[]'", "The decisions are not those that the log names."),
        ("log", "UPDATE log SET by = 'lee' WHERE id = 2", "Entry 2 of the log is not what it was"),
        ("log", "DELETE FROM log WHERE id = 1", "Entry 2 of the log is not what it was, or one before it is gone."),
    ],
)
def test_what_somebody_altered_past_the_triggers_is_found(filled: Path, table: str, statement: str, said: str) -> None:
    event = statement.split(maxsplit=1)[0]
    execute(filled, "PRAGMA foreign_keys = OFF", f"DROP TRIGGER {table}_{event}", statement)
    with Gradebook(filled) as opened:
        found = list(opened.check())
    assert any(fault.startswith(said) for fault in found), found


def test_a_report_changed_and_its_hash_too_is_found(filled: Path, document: MakeDocument) -> None:
    other = document("kim", points=50)
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("DROP TRIGGER reports_UPDATE")
        connection.execute("DROP TRIGGER documents_UPDATE")
        connection.execute("UPDATE documents SET json = ? WHERE report = 1", (zlib.compress(canonical(other.value)),))
        connection.execute("UPDATE reports SET score = '50', sha256 = ? WHERE id = 1", (sha256(other.unsigned),))
    with Gradebook(filled) as opened:
        assert list(opened.check()) == ["Report 1 is not the one that the log names."]


def as_of_version_1(book: Path) -> None:
    """Make a gradebook what the first version wrote: its log does not name the times of reports."""
    with closing(sqlite3.connect(book)) as connection, connection:
        connection.execute("DROP TRIGGER log_UPDATE")
        previous = START
        query = "SELECT id, at, by, action, member, assignment, what FROM log ORDER BY id"
        for *entry, what in connection.execute(query).fetchall():
            old = {key: value for key, value in json.loads(what).items() if key not in ("added_at", "submitted_at")}
            text = canonical(old).decode()
            previous = link(previous, [*entry, text])
            connection.execute("UPDATE log SET what = ?, chain = ? WHERE id = ?", (text, previous, entry[0]))
        connection.execute("PRAGMA user_version = 1")


def test_an_older_gradebook_opens_and_its_times_are_sealed(filled: Path, document: MakeDocument) -> None:
    as_of_version_1(filled)
    with Gradebook(filled) as opened:
        assert list(opened.check()) == []
        assert opened.log()[-1].action == "sealed"
        opened.add(document("choi"), by="staff")
        assert list(opened.check()) == []
    execute(filled, "DROP TRIGGER reports_UPDATE", "UPDATE reports SET added_at = '2020-01-01' WHERE id = 2")
    with Gradebook(filled) as opened:
        assert list(opened.check()) == ["The times or keys of the reports up to 3 are not what they were."]
        assert [entry.action for entry in opened.log()].count("sealed") == 1


def test_a_new_gradebook_has_nothing_to_seal(filled: Path) -> None:
    with Gradebook(filled) as opened:
        assert "sealed" not in [entry.action for entry in opened.log()]

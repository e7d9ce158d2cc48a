"""The gradebook keeps everything, shows what counts, and finds what somebody altered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

import pytest

from grader.course.term import Term
from grader.errors import BadInputError, OurFaultError
from grader.gradebook import storage
from grader.gradebook.book import Gradebook
from grader.report.reader import Document, read_value
from grader.report.report import Report
from grader.report.signature import SigningKey

MakeDocument = Callable[..., Document]
TERM = Term()


def execute(book: Path, *statements: str) -> None:
    with closing(sqlite3.connect(book)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def filled(book: Path, document: MakeDocument) -> Path:
    with Gradebook(book, create=True) as opened:
        for member in ("kim", "lee", "park"):
            opened.add(document(member), by="staff")
        opened.override("lee", "hw1", Fraction(7, 2), by="park", why="rubric", max_score=Fraction(50), pass_percent=60)
        opened.decide([{"member": "kim", "decision": "junior"}], by="staff")
    return book


def test_what_was_put_in_comes_out(book: Path, document: MakeDocument) -> None:
    when = datetime(2026, 3, 20, 14, 59, tzinfo=timezone.utc)
    with Gradebook(book, create=True) as opened:
        added = opened.add(document(), by="staff", submitted_at=when)
        assert added.new
        assert opened.document(added.id).value == document().value
    with Gradebook(book) as opened:
        (entry,) = opened.entries("kim")
        assert (entry.score, entry.max_score, entry.submitted_at, entry.complete) == (41, 50, when, True)
        assert opened.entries("lee") == []
        (log,) = opened.log()
        assert (log.by, log.action, log.member, log.what["score"]) == ("staff", "report", "kim", 41)
        assert list(opened.check()) == []


def test_the_same_report_is_taken_once(book: Path, document: MakeDocument) -> None:
    with Gradebook(book, create=True) as opened:
        first = opened.add(document(), by="staff")
        again = opened.add(document(), by="staff")
        assert (first.id, again.id, again.new) == (1, 1, False)
        assert len(opened.log()) == 1


def test_all_of_them_or_none(book: Path, document: MakeDocument) -> None:
    with Gradebook(book, create=True) as opened:
        batch = [(document("kim"), None, "kim.json"), (document("lee", visibility="public"), None, "lee.json")]
        with pytest.raises(BadInputError, match=r"lee\.json: This is a check by the public cases alone"):
            opened.add_all(batch, by="staff")
        assert opened.entries() == opened.log() == []


def test_with_a_key_only_what_it_signed_is_taken(
    book: Path, document: MakeDocument, make: Callable[..., Report], signing_key: SigningKey
) -> None:
    with Gradebook(book, create=True, key=signing_key.public) as opened:
        with pytest.raises(BadInputError, match="not signed"):
            opened.add(document(), by="staff")
        value = signing_key.sign(make()).as_json()
        with pytest.raises(BadInputError, match="changed after it was signed"):
            opened.add(read_value({**value, "member": "lee"}), by="staff")
        opened.add(read_value(value), by="staff")
        assert [entry.key_id for entry in opened.entries()] == [signing_key.public.id]


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
    import zlib

    from grader.report.canonical import canonical, sha256

    other = document("kim", points=50)
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("DROP TRIGGER reports_UPDATE")
        connection.execute("DROP TRIGGER documents_UPDATE")
        connection.execute("UPDATE documents SET json = ? WHERE report = 1", (zlib.compress(canonical(other.value)),))
        connection.execute("UPDATE reports SET score = '50', sha256 = ? WHERE id = 1", (sha256(other.unsigned),))
    with Gradebook(filled) as opened:
        assert list(opened.check()) == ["Report 1 is not the one that the log names."]


def test_overrides(filled: Path) -> None:
    with Gradebook(filled) as opened:
        results = opened.results(TERM)
        assert (results["lee"]["hw1"].score, results["kim"]["hw1"].score) == (Fraction(7, 2), 41)
        give = {"by": "park", "why": "x", "max_score": Fraction(50), "pass_percent": 60}
        for points in (Fraction(51), Fraction(-1)):
            with pytest.raises(BadInputError, match="hw1 has from 0 to 50 points"):
                opened.override("lee", "hw1", points, **give)  # type: ignore[arg-type]
        for missing in ({"by": " "}, {"why": ""}):
            with pytest.raises(BadInputError, match="who made it and why"):
                opened.override("lee", "hw1", Fraction(1), **{**give, **missing})  # type: ignore[arg-type]
        opened.override("lee", "hw1", None, **give)  # type: ignore[arg-type]
        assert opened.results(TERM)["lee"]["hw1"].score == 41
        assert [each.action for each in opened.log("lee")] == ["report", "override", "override"]
        assert list(opened.check()) == []


def test_the_same_decisions_are_stored_once(filled: Path) -> None:
    with Gradebook(filled) as opened:
        assert not opened.decide([{"decision": "junior", "member": "kim"}], by="lee")
        assert opened.decide([{"decision": "promoted", "member": "kim"}], by="lee")
        assert opened.log()[-1].what["counts"] == {"promoted": 1}


def test_names_taken_apart_by_macos_are_the_same_member(book: Path, document: MakeDocument) -> None:
    import unicodedata

    with Gradebook(book, create=True) as opened:
        opened.add(document(unicodedata.normalize("NFD", "김민수")), by="staff")
        assert list(opened.results(TERM)) == [unicodedata.normalize("NFC", "김민수")]
        assert list(opened.check()) == []


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
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
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
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert len(connection.execute("SELECT * FROM decisions").description) == 4


def test_the_same_decisions_in_another_language_are_the_same(filled: Path) -> None:
    with Gradebook(filled) as opened:
        assert opened.decide([{"decision": "junior", "member": "lee", "missing": ["2 more discussions"]}], by="lee")
        assert not opened.decide([{"decision": "junior", "member": "lee", "missing": ["디스커션 2개"]}], by="lee")

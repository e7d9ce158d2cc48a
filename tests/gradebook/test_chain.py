"""Whatever somebody changes in a gradebook behind the program's back is found."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from grader.course.term import Term
from grader.gradebook.book import Gradebook
from grader.gradebook.chain import START, link
from grader.report.canonical import canonical, sha256
from grader.report.reader import Document
from tests.made_reports import execute

MakeDocument = Callable[..., Document]
TERM = Term()


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

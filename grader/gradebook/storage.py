"""The SQLite file below a gradebook: opened, brought to the newest form, and locked for writing.

Everything is append-only, and the database itself holds to it: triggers refuse to change or delete a row. WAL
with `synchronous = FULL` means that what a command has said it stored is there after a kill or a power cut.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import BadInputError, OurFaultError
from grader.files import reading
from grader.gradebook.chain import seal
from grader.i18n import _

APPLICATION = 0x64326467  # "d2dg": tells a gradebook from any other SQLite file
BUSY_SECONDS = 20.0
_RETRY_SECONDS = 0.02
_HEADER = b"SQLite format 3\0"

_V1 = (
    """CREATE TABLE reports (
        id INTEGER PRIMARY KEY,
        added_at TEXT NOT NULL,
        member TEXT NOT NULL,
        assignment TEXT NOT NULL,
        submitted_at TEXT,
        submission_sha256 TEXT NOT NULL,
        score TEXT NOT NULL,
        max_score TEXT NOT NULL,
        pass_percent INTEGER NOT NULL,
        complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
        key_id TEXT,
        sha256 TEXT NOT NULL UNIQUE
    )""",
    "CREATE INDEX reports_of ON reports (member, assignment)",
    # Apart from the rows that every command reads. Compressed by zlib: a report of 100 cases is 60 kB of text.
    """CREATE TABLE documents (
        report INTEGER PRIMARY KEY REFERENCES reports (id),
        json BLOB NOT NULL
    )""",
    """CREATE TABLE overrides (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        by TEXT NOT NULL CHECK (by <> ''),
        why TEXT NOT NULL CHECK (why <> ''),
        member TEXT NOT NULL,
        assignment TEXT NOT NULL,
        report INTEGER REFERENCES reports (id),
        points TEXT,
        max_score TEXT NOT NULL,
        pass_percent INTEGER NOT NULL
    )""",
    "CREATE INDEX overrides_of ON overrides (member, assignment)",
    """CREATE TABLE decisions (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        json TEXT NOT NULL
    )""",
    """CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        by TEXT NOT NULL,
        action TEXT NOT NULL,
        member TEXT,
        assignment TEXT,
        what TEXT NOT NULL,
        chain TEXT NOT NULL
    )""",
    *(
        f"""CREATE TRIGGER {table}_{event} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the gradebook is append-only'); END"""
        for table in ("reports", "documents", "overrides", "decisions", "log")
        for event in ("UPDATE", "DELETE")
    ),
)
# The steps to each version, statements or functions; those that a file has taken are never changed.
MIGRATIONS: tuple[tuple[str | Callable[[sqlite3.Connection], None], ...], ...] = (_V1, (seal,))


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """The gradebook at `path` in its newest form; one that is not there is made if `create` says so."""
    _look(path, create=create)
    with errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            _settle(connection, path, create=create)
        except BaseException:
            connection.close()
            raise
        return connection


def _look(path: Path, *, create: bool) -> None:
    """What can be said before SQLite touches the file; it would make one that is missing."""
    if not path.exists():
        if create and path.parent.is_dir():
            return
        hint = _("`d2d gradebook add` and `d2d grade … --gradebook FILE` make one.")
        raise BadInputError(_("There is no gradebook here."), where=path, hint=hint)
    with reading(path), path.open("rb") as file:
        header = file.read(len(_HEADER))
    if header != _HEADER and not (create and not header):
        raise BadInputError(_("This is no gradebook."), where=path)


def _settle(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA synchronous = FULL")
    if _version(connection, path, create=create) < len(MIGRATIONS):
        _wal(connection)
        with writing(connection, path):
            # Read again: another process may have been first.
            for number in range(_version(connection, path, create=create), len(MIGRATIONS)):
                for step in MIGRATIONS[number]:
                    connection.execute(step) if isinstance(step, str) else step(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, once in the life of a file; SQLite itself does not wait here for others that do the same."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _version(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """The version of the file; 0 where it is empty."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application or version or tables or not create:
            raise BadInputError(_("This is an SQLite file, but no gradebook."), where=path)
        return 0
    if version > len(MIGRATIONS):
        text = _("The gradebook is of version {found}; this d2d knows up to {known}.")
        hint = _("Bring d2d up to date on this machine.")
        raise BadInputError(text.format(found=version, known=len(MIGRATIONS)), where=path, hint=hint)
    return int(version)


@contextmanager
def writing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One transaction that has the right to write from its start, so that nothing read in it can have changed."""
    with errors(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """SQLite's errors as one sentence each."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            hint = _("Try again when the other command has ended.")
            sentence = _("The gradebook is in use by another program, which did not finish within {seconds} seconds.")
            raise BadInputError(sentence.format(seconds=f"{BUSY_SECONDS:g}"), where=path, hint=hint) from error
        if "readonly" in text or "unable to open" in text:
            sentence = _("The gradebook's file or its folder can't be written to.")
            raise BadInputError(sentence, where=path, hint=_("SQLite needs to write beside the file.")) from error
        if "not a database" in text:
            raise BadInputError(_("This is no gradebook."), where=path) from error
        hint = _("Keep the file, and take the newest copy that `d2d gradebook check` finds whole.")
        sentence = _("The gradebook is damaged or full: {reason}.").format(reason=text)
        raise OurFaultError(sentence, where=path, hint=hint) from error

"""The SQLite file below a gradebook: opened, brought to the newest form, written, and checked.

Everything is append-only, and the database itself holds to it: triggers refuse to change or delete a row. WAL
with `synchronous = FULL` means that what a command has said it stored is there after a kill or a power cut.

Whoever has the file can take the triggers away. What they change then is found by `faults`, from the chain of the
log and every row against it, unless they also write the whole log anew; so keep the last link, which `check` prints.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from itertools import product
from pathlib import Path
from typing import Any

from grader.errors import BadInputError, OurFaultError
from grader.files import reading
from grader.i18n import _
from grader.report.canonical import canonical, sha256

APPLICATION = 0x64326467  # "d2dg": tells a gradebook from any other SQLite file
BUSY_SECONDS = 20.0
RETRY_SECONDS = 0.02
_HEADER = b"SQLite format 3\0"
START = "0" * 64
_DATES = "SELECT id, added_at, submitted_at, key_id FROM reports WHERE id <= ? ORDER BY id"


def _version_1(connection: sqlite3.Connection) -> None:
    for statement in Path(__file__).with_name("version1.sql").read_text("utf-8").split("\n\n"):
        connection.execute(statement)
    for table, event in product(("reports", "documents", "overrides", "decisions", "log"), ("UPDATE", "DELETE")):
        connection.execute(f"""CREATE TRIGGER {table}_{event} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the gradebook is append-only'); END""")


def seal(connection: sqlite3.Connection) -> None:
    """Log the times and keys of the reports that came in before their own entries named these."""
    (last,) = connection.execute("SELECT max(id) FROM reports").fetchone()
    if last is not None:
        append_entry(connection, "d2d", "sealed", {"reports": last, "sha256": _dates(connection, last)})


# The steps to each version, statements or functions; those that a file has taken are never changed.
MIGRATIONS: tuple[tuple[str | Callable[[sqlite3.Connection], None], ...], ...] = ((_version_1,), (seal,))


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
    for setting in ("foreign_keys = ON", "trusted_schema = OFF", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")
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
            time.sleep(RETRY_SECONDS)
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
            raise in_use(path) from error
        if "readonly" in text or "unable to open" in text:
            sentence = _("The gradebook's file or its folder can't be written to.")
            raise BadInputError(sentence, where=path, hint=_("SQLite needs to write beside the file.")) from error
        if "not a database" in text:
            raise BadInputError(_("This is no gradebook."), where=path) from error
        hint = _("Keep the file, and take the newest copy that `d2d gradebook check` finds whole.")
        sentence = _("The gradebook is damaged or full: {reason}.").format(reason=text)
        raise OurFaultError(sentence, where=path, hint=hint) from error


def in_use(path: Path) -> BadInputError:
    """Another program does not let go of the file."""
    hint = _("Try again when the other command has ended.")
    sentence = _("The gradebook is in use by another program, which did not finish within {seconds} seconds.")
    return BadInputError(sentence.format(seconds=f"{BUSY_SECONDS:g}"), where=path, hint=hint)


def now() -> str:
    """The time as the gradebook writes it."""
    return time_text(datetime.now(timezone.utc))


def time_text(moment: datetime) -> str:
    """A moment as the gradebook writes it."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Add a row and give its id. The names of table and columns are the program's own, never anybody's text."""
    query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - see above
    id_ = connection.execute(query, tuple(row.values())).lastrowid
    assert id_ is not None
    return id_


def append_entry(
    connection: sqlite3.Connection,
    by: str,
    action: str,
    what: Mapping[str, Any],
    member: str | None = None,
    assignment: str | None = None,
) -> None:
    """Write the next entry of the log, linked to the entry before."""
    last = connection.execute("SELECT id, chain FROM log ORDER BY id DESC LIMIT 1").fetchone()
    id_, previous = last or (0, START)
    entry = {"id": id_ + 1, "at": now(), "by": by, "action": action, "member": member, "assignment": assignment}
    entry["what"] = canonical(what).decode("utf-8")
    insert(connection, "log", {**entry, "chain": link(previous, entry.values())})


def link(previous: str, entry: Iterable[Any]) -> str:
    """What an entry of the log carries: a hash over itself and the link before."""
    return hashlib.sha256(previous.encode("ascii") + canonical(list(entry))).hexdigest()


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for everything that is wrong."""
    for (reason,) in connection.execute("PRAGMA integrity_check").fetchall():
        if reason != "ok":
            yield _("SQLite says: {reason}").format(reason=reason)
    for table, row, *_rest in connection.execute("PRAGMA foreign_key_check").fetchall():
        yield _("{table} {row} belongs to a report that is gone.").format(table=table, row=row)
    yield from _chain(connection)
    yield from _reports(connection)
    yield from _overrides(connection)
    yield from _decisions(connection)


def _chain(connection: sqlite3.Connection) -> Iterator[str]:
    previous = START
    query = "SELECT id, at, by, action, member, assignment, what, chain FROM log ORDER BY id"
    for *entry, chain in connection.execute(query).fetchall():
        if chain != link(previous, entry):
            yield _("Entry {number} of the log is not what it was, or one before it is gone.").format(number=entry[0])
            return
        previous = chain


def _reports(connection: sqlite3.Connection) -> Iterator[str]:
    logged = {what["report"]: (what, *whose) for what, *whose in _logged(connection, "report")}
    sealed = 0
    for what, *_whose in _logged(connection, "sealed"):
        sealed = what["reports"]
        if _dates(connection, sealed) != what["sha256"]:
            yield _("The times or keys of the reports up to {number} are not what they were.").format(number=sealed)
    rows = connection.execute(
        "SELECT id, sha256, member, assignment, added_at, submitted_at, key_id,"
        " submission_sha256, score, max_score, pass_percent, complete, json"
        " FROM reports LEFT JOIN documents ON report = id ORDER BY id"
    )
    for id_, digest, member, assignment, added, submitted, key, *row, packed in rows:
        what, *whose = logged.pop(id_, ({}, None, None, None))
        dates = (added, submitted) if id_ <= sealed else (what.get("added_at"), what.get("submitted_at"))
        if (what.get("sha256"), *whose[:2], what.get("key")) != (digest, member, assignment, key):
            yield _("Report {number} is not the one that the log names.").format(number=id_)
            continue
        try:
            stored_digest, stored_row = _stored(packed)
        except (TypeError, KeyError, ValueError, zlib.error):
            yield _("Report {number} can't be read.").format(number=id_)
            continue
        if (stored_digest, stored_row, dates) != (digest, row, (added, submitted)):
            yield _("Report {number} is not what it was.").format(number=id_)
    for id_ in logged:
        yield _("Report {number} is gone.").format(number=id_)


def _dates(connection: sqlite3.Connection, last: int) -> str:
    """A hash over when each report up to `last` came in, was handed in, and by which key it was taken."""
    return sha256(connection.execute(_DATES, (last,)).fetchall())


def _stored(packed: bytes) -> tuple[str, list[Any]]:
    """The hash of a stored report and what its row has to say.

    Its form was looked at when it came in; with the same hash it is still the same.
    """
    value = json.loads(zlib.decompress(packed))
    del value["signature"]
    row = [value["submission_sha256"], str(value["score"]), str(value["max_score"])]
    return sha256(value), [*row, value["pass_percent"], value["complete"]]


def _overrides(connection: sqlite3.Connection) -> Iterator[str]:
    logged = [
        (by, member, assignment, what["points"], what["max_score"], what["pass_percent"], what["why"])
        for what, member, assignment, by in _logged(connection, "override")
    ]
    query = "SELECT by, member, assignment, points, max_score, pass_percent, why FROM overrides ORDER BY id"
    if connection.execute(query).fetchall() != logged:
        yield _("The overrides are not those that the log names.")


def _decisions(connection: sqlite3.Connection) -> Iterator[str]:
    logged = [(by, what["sha256"]) for what, _member, _assignment, by in _logged(connection, "decisions")]
    rows = connection.execute("SELECT by, json FROM decisions ORDER BY id").fetchall()
    if [(by, hashlib.sha256(text.encode("utf-8")).hexdigest()) for by, text in rows] != logged:
        yield _("The decisions are not those that the log names.")


def _logged(connection: sqlite3.Connection, action: str) -> Iterator[tuple[Any, str | None, str | None, str]]:
    """Of each entry of this kind: what it says, the member, the assignment, and who made it."""
    query = "SELECT what, member, assignment, by FROM log WHERE action = ? ORDER BY id"
    for what, *whose in connection.execute(query, (action,)).fetchall():
        yield (json.loads(what), *whose)

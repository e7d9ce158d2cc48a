"""Whether a gradebook is what the program wrote: the chain of its log, and every row against it.

Triggers keep programs from changing a row, but whoever has the file can take the triggers away. What they change
then is found here, unless they also write the whole log anew; so keep the last link, which `check` prints.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from grader.i18n import _
from grader.report.canonical import canonical, sha256

START = "0" * 64
_DATES = "SELECT id, added_at, submitted_at, key_id FROM reports WHERE id <= ? ORDER BY id"


def now() -> str:
    """The time as the gradebook writes it."""
    return time_text(datetime.now(timezone.utc))


def time_text(moment: datetime) -> str:
    """A moment as the gradebook writes it."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def append_entry(
    connection: sqlite3.Connection,
    by: str,
    action: str,
    member: str | None,
    assignment: str | None,
    what: Mapping[str, Any],
) -> None:
    """Write the next entry of the log, linked to the one before."""
    last = connection.execute("SELECT id, chain FROM log ORDER BY id DESC LIMIT 1").fetchone()
    id_, previous = last or (0, START)
    entry = [id_ + 1, now(), by, action, member, assignment, canonical(what).decode("utf-8")]
    connection.execute(
        "INSERT INTO log (id, at, by, action, member, assignment, what, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*entry, link(previous, entry)),
    )


def seal(connection: sqlite3.Connection) -> None:
    """Log the times and keys of the reports that came in before their own entries named these."""
    (last,) = connection.execute("SELECT max(id) FROM reports").fetchone()
    if last is not None:
        append_entry(connection, "d2d", "sealed", None, None, {"reports": last, "sha256": _dates(connection, last)})


def link(previous: str, entry: Iterable[Any]) -> str:
    """What an entry of the log carries: a hash over itself and the link before."""
    return hashlib.sha256(previous.encode("ascii") + canonical(list(entry))).hexdigest()


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Whatever is wrong, a sentence each."""
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
            text = _("Entry {number} of the log is not what it was, or one before it is gone.")
            yield text.format(number=entry[0])
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

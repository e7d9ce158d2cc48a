"""Whether a gradebook is what the program wrote: the chain of its log, and every row against it.

Triggers keep programs from changing a row, but whoever has the file can take the triggers away. What they change
then is found here, unless they also write the whole log anew; so keep the last link, which `check` prints.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from grader.i18n import _
from grader.report.canonical import canonical, sha256

START = "0" * 64


def link(previous: str, entry: Iterable[Any]) -> str:
    """What an entry of the log carries: a hash over itself and the link before."""
    return hashlib.sha256(previous.encode("ascii") + canonical(list(entry))).hexdigest()


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Whatever is wrong, a sentence each."""
    for (found,) in connection.execute("PRAGMA integrity_check").fetchall():
        if found != "ok":
            yield _("SQLite says: {reason}").format(reason=found)
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
            said = _("Entry {number} of the log is not what it was, or one before it is gone.")
            yield said.format(number=entry[0])
            return
        previous = chain


def _reports(connection: sqlite3.Connection) -> Iterator[str]:
    logged = {what["report"]: (what["sha256"], *whose) for what, *whose in _logged(connection, "report")}
    rows = connection.execute(
        "SELECT id, sha256, member, assignment, submission_sha256, score, max_score, pass_percent, complete, json"
        " FROM reports LEFT JOIN documents ON report = id ORDER BY id"
    )
    for id_, digest, member, assignment, *row, packed in rows:
        if logged.pop(id_, None) != (digest, member, assignment):
            yield _("Report {number} is not the one that the log names.").format(number=id_)
            continue
        try:
            found, said = _stored(packed)
        except (TypeError, KeyError, ValueError, zlib.error):
            yield _("Report {number} can't be read.").format(number=id_)
            continue
        if found != digest or said != row:
            yield _("Report {number} is not what it was.").format(number=id_)
    for id_ in logged:
        yield _("Report {number} is gone.").format(number=id_)


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
        (member, assignment, what["points"], what["max_score"], what["pass_percent"], what["why"])
        for what, member, assignment in _logged(connection, "override")
    ]
    query = "SELECT member, assignment, points, max_score, pass_percent, why FROM overrides ORDER BY id"
    if connection.execute(query).fetchall() != logged:
        yield _("The overrides are not those that the log names.")


def _decisions(connection: sqlite3.Connection) -> Iterator[str]:
    logged = [what["sha256"] for what, *_whose in _logged(connection, "decisions")]
    rows = connection.execute("SELECT json FROM decisions ORDER BY id").fetchall()
    if [hashlib.sha256(text.encode("utf-8")).hexdigest() for (text,) in rows] != logged:
        yield _("The decisions are not those that the log names.")


def _logged(connection: sqlite3.Connection, action: str) -> Iterator[tuple[Any, str | None, str | None]]:
    query = "SELECT what, member, assignment FROM log WHERE action = ? ORDER BY id"
    for what, member, assignment in connection.execute(query, (action,)).fetchall():
        yield json.loads(what), member, assignment

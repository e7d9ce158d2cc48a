"""The gradebook: every report ever made, a TA's overrides, the decisions, and a log of who did what.

Nothing in it is changed or taken away. Each entry of the log carries a hash over itself and the entry before,
so that a row altered behind the program's back is found by `check`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from grader.course.term import Term
from grader.errors import BadInputError
from grader.gradebook.chain import START, append_entry, faults, now, time_text
from grader.gradebook.results import LoggedReport, Override, Results, counting
from grader.gradebook.storage import connect, errors, writing
from grader.i18n import _
from grader.member import MemberName
from grader.report.canonical import canonical, sha256
from grader.report.reader import Document, read_value
from grader.report.report import number
from grader.report.sheet import decimal

if TYPE_CHECKING:
    from grader.report.signature import PublicKey

_MOST_TEXT = 2000


@dataclass(frozen=True)
class Added:
    """A report in the gradebook; `new` is false where it was there already."""

    id: int
    new: bool


@dataclass(frozen=True)
class LogEntry:
    """Who did what, and when."""

    id: int
    at: datetime
    by: str
    action: str
    member: str | None
    assignment: str | None
    what: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "at": self.at.isoformat(), "what": dict(self.what)}


class Gradebook:
    """An open gradebook. With a key, only reports that it has signed are taken."""

    def __init__(self, path: Path, *, create: bool = False, key: PublicKey | None = None) -> None:
        self.path, self.key = path, key
        self._connection = connect(path, create=create)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def add(self, document: Document, *, by: str, submitted_at: datetime | None = None, where: str = "") -> Added:
        """Take one report in; once this returns it is on the disk."""
        return self.add_all([(document, submitted_at, where)], by=by)[0]

    def add_all(self, documents: Sequence[tuple[Document, datetime | None, str]], *, by: str) -> list[Added]:
        """Take several reports in, all of them or none; each with when it came and what errors call it."""
        for document, _submitted, where in documents:
            if self.key is not None:
                self.key.demand(document, where or document.report.member)
            if document.report.visibility != "full":
                text = _("This is a check by the public cases alone.")
                hint = _("The gradebook takes what `d2d grade` writes, hidden cases and all.")
                raise BadInputError(text, where=where or document.report.member, hint=hint)
        with writing(self._connection, self.path):
            return [self._add(document, submitted, by) for document, submitted, _where in documents]

    def _add(self, document: Document, submitted_at: datetime | None, by: str) -> Added:
        report, digest = document.report, sha256(document.unsigned)
        known = self._connection.execute("SELECT id FROM reports WHERE sha256 = ?", (digest,)).fetchone()
        if known:
            return Added(known[0], new=False)
        key = None if self.key is None else self.key.id
        member = MemberName(report.member)
        added_at, submitted = now(), None if submitted_at is None else time_text(submitted_at)
        cursor = self._connection.execute(
            "INSERT INTO reports (added_at, member, assignment, submitted_at, submission_sha256, score, max_score,"
            " pass_percent, complete, key_id, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                added_at,
                member,
                report.assignment,
                submitted,
                report.submission_sha256,
                str(report.score),
                str(report.max_score),
                report.pass_percent,
                report.complete,
                key,
                digest,
            ),
        )
        id_ = cursor.lastrowid
        assert id_ is not None
        packed = zlib.compress(canonical(document.value))
        self._connection.execute("INSERT INTO documents (report, json) VALUES (?, ?)", (id_, packed))
        what = {"report": id_, "sha256": digest, "score": number(report.score), "key": key}
        dates = {"added_at": added_at, "submitted_at": submitted}
        append_entry(self._connection, by, "report", member, report.assignment, what | dates)
        return Added(id_, new=True)

    def override(
        self,
        member: str,
        assignment: str,
        points: Fraction | None,
        *,
        by: str,
        why: str,
        max_score: Fraction,
        pass_percent: int,
    ) -> None:
        """Let a TA's points stand, whatever is graded; None withdraws the ones before."""
        by, why = by.strip()[:_MOST_TEXT], why.strip()[:_MOST_TEXT]
        if not by or not why:
            raise BadInputError(_("An override says who made it and why."), where=self.path)
        if points is not None and not 0 <= points <= max_score:
            text = _("{assignment} has from 0 to {most} points.")
            raise BadInputError(text.format(assignment=assignment, most=decimal(max_score)), where=self.path)
        member = MemberName(member)
        with writing(self._connection, self.path):
            row = self._connection.execute(
                "SELECT max(id) FROM reports WHERE member = ? AND assignment = ?", (member, assignment)
            ).fetchone()
            stored = None if points is None else str(points)
            self._connection.execute(
                "INSERT INTO overrides (at, by, why, member, assignment, report, points, max_score, pass_percent)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (now(), by, why, member, assignment, row[0], stored, str(max_score), pass_percent),
            )
            what = {"points": stored, "max_score": str(max_score), "pass_percent": pass_percent, "why": why}
            append_entry(self._connection, by, "override", member, assignment, what)

    def remember(self, assignment: str, places: dict[str, str], *, by: str) -> None:
        """Note where the submissions of an assignment lie, and their reports, for whoever grades them again."""
        with writing(self._connection, self.path):
            if places not in self.remembered(assignment):
                append_entry(self._connection, by, "graded", None, assignment, places)

    def remembered(self, assignment: str) -> list[dict[str, str]]:
        """Where the submissions of an assignment lay whenever they were graded, from the first time on."""
        query = "SELECT what FROM log WHERE action = 'graded' AND assignment = ? ORDER BY id"
        with errors(self.path):
            return [json.loads(what) for (what,) in self._connection.execute(query, (assignment,))]

    def decide(self, decisions: list[dict[str, Any]], *, by: str) -> bool:
        """Store a run of `promote`; False where it says the same as the one before."""
        text = canonical(decisions).decode("utf-8")
        with writing(self._connection, self.path):
            last = self._connection.execute("SELECT json FROM decisions ORDER BY id DESC LIMIT 1").fetchone()
            if last is not None and _bare(json.loads(last[0])) == _bare(decisions):
                return False
            self._connection.execute("INSERT INTO decisions (at, by, json) VALUES (?, ?, ?)", (now(), by, text))
            counts = dict.fromkeys(sorted({decision["decision"] for decision in decisions}), 0)
            for decision in decisions:
                counts[decision["decision"]] += 1
            append_entry(self._connection, by, "decisions", None, None, {"sha256": sha256(decisions), "counts": counts})
        return True

    def results(self, term: Term) -> Results:
        """What counts, by member and assignment."""
        return counting(self.entries(), self.overrides(), term)

    def entries(self, member: str | None = None) -> list[LoggedReport]:
        """Every stored report, or one member's, in the order in which they came in."""
        rows = self._rows(
            "SELECT id, added_at, member, assignment, submitted_at, submission_sha256, score, max_score,"
            " pass_percent, complete, key_id FROM reports",
            member,
        )
        return [
            LoggedReport(id_, _time(added), who, hw, None if at is None else _time(at), content,
                  _points(score), _points(of), mark, bool(complete), key)
            for id_, added, who, hw, at, content, score, of, mark, complete, key in rows
        ]  # fmt: skip

    def overrides(self, member: str | None = None) -> list[Override]:
        rows = self._rows(
            "SELECT id, at, by, why, member, assignment, points, max_score, pass_percent FROM overrides", member
        )
        return [
            Override(id_, _time(at), by, why, who, hw,
                     None if points is None else Fraction(points), Fraction(of), mark)
            for id_, at, by, why, who, hw, points, of, mark in rows
        ]  # fmt: skip

    def log(self, member: str | None = None) -> list[LogEntry]:
        """Who did what, from the first entry on."""
        rows = self._rows("SELECT id, at, by, action, member, assignment, what FROM log", member)
        return [
            LogEntry(id_, _time(at), by, action, who, hw, json.loads(what))
            for id_, at, by, action, who, hw, what in rows
        ]

    def document(self, id_: int) -> Document:
        """A stored report, cases and all."""
        with errors(self.path):
            row = self._connection.execute("SELECT json FROM documents WHERE report = ?", (id_,)).fetchone()
        if row is None:
            raise BadInputError(_("There is no report {number}.").format(number=id_), where=self.path)
        return read_value(json.loads(zlib.decompress(row[0])))

    def check(self) -> Iterator[str]:
        """Whatever is wrong with the file, a sentence each; nothing where it is whole."""
        with errors(self.path):
            yield from faults(self._connection)

    def last_link(self) -> str:
        """The last link of the log: who keeps it can tell later that nothing before it was written anew."""
        with errors(self.path):
            row = self._connection.execute("SELECT chain FROM log ORDER BY id DESC LIMIT 1").fetchone()
        return str(row[0]) if row else START

    def _rows(self, query: str, member: str | None) -> list[Any]:
        clause, values = ("", ()) if member is None else (" WHERE member = ?", (MemberName(member),))
        with errors(self.path):
            return self._connection.execute(f"{query}{clause} ORDER BY id", values).fetchall()


def _bare(decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decisions without what is missing, which is said in the language of whoever runs `promote`."""
    return [{key: value for key, value in decision.items() if key != "missing"} for decision in decisions]


@lru_cache(maxsize=4096)
def _points(text: str) -> Fraction:
    """Points of a row; thousands of rows have the same few."""
    return Fraction(text)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""The gradebook: every report ever made, a TA's overrides, the decisions, and a log of who did what.

Nothing in it is changed or taken away. Each entry of the log carries a hash over itself and the entry before,
so that a row altered behind the program's back is found by `check`.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from grader.boundary import TakeTrouble, one_member
from grader.course.course import Term
from grader.errors import BadInputError, D2DError
from grader.gradebook.results import LoggedReport, Override, Results, counting
from grader.gradebook.snapshot import to_read
from grader.gradebook.storage import START, append_entry, connect, errors, faults, insert, now, time_text, writing
from grader.i18n import _
from grader.member import MemberName
from grader.render.sheet import decimal
from grader.report.canonical import canonical, sha256
from grader.report.reader import Document, read_value
from grader.report.report import number

if TYPE_CHECKING:
    from grader.report.signature import PublicKey

_MOST_TEXT = 2000
LoggedDocument = tuple[
    Document, datetime | None, str
]  # with the time at which it was handed in, and its name in errors


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


_Row = TypeVar("_Row", LoggedReport, Override, LogEntry)


class Gradebook:
    """An open gradebook. With a key, only reports that it has signed are taken.

    Without one, `unsigned` says whether a report that somebody else may have written is taken as it is. One that is
    only read may lie on a disk that can't be written to.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        key: PublicKey | None = None,
        unsigned: bool = True,
        only_read: bool = False,
    ) -> None:
        self.path, self.key, self.unsigned = path, key, unsigned
        with ExitStack() as undo:
            file = undo.enter_context(to_read(path)) if only_read else path
            self._connection = connect(file, create=create)
            undo.callback(self._connection.close)
            self._undo = undo.pop_all()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._undo.close()

    def add(self, document: Document, *, by: str, submitted_at: datetime | None = None, where: str = "") -> Added:
        """Take one report in; once this returns it is on the disk."""
        return self.add_all([(document, submitted_at, where)], by=by)[0]

    def add_all(self, documents: Sequence[LoggedDocument], *, by: str) -> list[Added]:
        """Take several reports in, all of them or none."""
        for document, _submitted, where in documents:
            if self.key is not None:
                self.key.demand(document, where or document.report.member)
            if document.report.visibility != "full":
                text = _("This is a check by the public cases alone.")
                hint = _("The gradebook takes what `d2d grade` writes, hidden cases and all.")
                raise BadInputError(text, where=where or document.report.member, hint=hint)
        with writing(self._connection, self.path):
            added = [self._add(document, submitted, by, where) for document, submitted, where in documents]
            self._correct(zip(added, documents, strict=True), by)
        return added

    def _correct(self, stored: Iterable[tuple[Added, LoggedDocument]], by: str) -> None:
        """Log when those that were there already were handed in, where that was not known or is another time now."""
        given = [(report.id, document, at) for report, (document, at, _where) in stored if not report.new and at]
        known = {entry.id: entry.submitted_at for entry in self.entries()} if given else {}
        for id_, document, at in given:
            before = known[id_]
            if before is None or time_text(at) != time_text(before):
                what, report = {"report": id_, "submitted_at": time_text(at)}, document.report
                append_entry(self._connection, by, "submitted", what, MemberName(report.member), report.assignment)

    def add_each(self, documents: Sequence[LoggedDocument], *, by: str, take: TakeTrouble) -> list[Added]:
        """Take in all that can be; a report that can't be is its member's trouble."""
        with one_member("", lambda _member, _trouble: None):
            return self.add_all(documents, by=by)  # fast; where it fails, one by one shows whose it is
        added: list[Added] = []

        def fail(member: str, trouble: D2DError) -> None:
            with writing(self._connection, self.path):  # where nothing at all can be stored, this raises
                take(member, trouble)

        for document in documents:
            with one_member(document[0].report.member, fail, theirs=not document[0].judged):
                added += self.add_all([document], by=by)
        return added

    def _add(self, document: Document, submitted_at: datetime | None, by: str, where: str) -> Added:
        report, digest = document.report, sha256(document.unsigned)
        known = self._connection.execute("SELECT id FROM reports WHERE sha256 = ?", (digest,)).fetchone()
        if known:
            return Added(known[0], new=False)
        if self.key is None and not self.unsigned and not document.judged:
            text = _("The course has no key, so nothing tells who wrote this report.")
            hint = _(
                "Judge it again (`d2d grade … --force`); or, if you trust the file, say --unsigned, or write "
                "`unsigned = true` below [signing] in d2d.toml. With a key (`d2d keygen`) neither is needed."
            )
            raise BadInputError(text, where=where or report.member, hint=hint)
        key = None if self.key is None else self.key.id
        member = MemberName(report.member)
        dates = {"added_at": now(), "submitted_at": None if submitted_at is None else time_text(submitted_at)}
        row = {name: getattr(report, name) for name in ("assignment", "submission_sha256", "pass_percent", "complete")}
        points = {"score": str(report.score), "max_score": str(report.max_score)}
        known_by = {"member": member, "key_id": key, "sha256": digest}
        id_ = insert(self._connection, "reports", row | points | known_by | dates)
        insert(self._connection, "documents", {"report": id_, "json": zlib.compress(canonical(document.value))})
        what = {"report": id_, "sha256": digest, "score": number(report.score), "key": key, **dates}
        append_entry(self._connection, by, "report", what, member, report.assignment)
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
        """Let a TA's points count, whatever is graded; None withdraws the override before."""
        by, why = by.strip()[:_MOST_TEXT], why.strip()[:_MOST_TEXT]
        if not by or not why:
            raise BadInputError(_("An override says who made it and why."), where=self.path)
        if points is not None and not 0 <= points <= max_score:
            text = _("{assignment} has from 0 to {most} points.")
            raise BadInputError(text.format(assignment=assignment, most=decimal(max_score)), where=self.path)
        member = MemberName(member)
        with writing(self._connection, self.path):
            query = "SELECT max(id) FROM reports WHERE member = ? AND assignment = ?"
            (report,) = self._connection.execute(query, (member, assignment)).fetchone()
            stored = None if points is None else str(points)
            what = {"points": stored, "max_score": str(max_score), "pass_percent": pass_percent, "why": why}
            whose = {"member": member, "assignment": assignment}
            insert(self._connection, "overrides", {"at": now(), "by": by, "report": report, **whose, **what})
            append_entry(self._connection, by, "override", what, **whose)

    def remember(self, assignment: str, places: dict[str, str], *, by: str) -> None:
        """Note where the submissions of an assignment lie, and their reports, for whoever grades them again."""
        with writing(self._connection, self.path):
            if places not in self.remembered(assignment):
                append_entry(self._connection, by, "graded", places, assignment=assignment)

    def remembered(self, assignment: str) -> list[dict[str, str]]:
        """Where the submissions of an assignment lay whenever they were graded, from the first time on."""
        query = "SELECT what FROM log WHERE action = 'graded' AND assignment = ? ORDER BY id"
        with errors(self.path):
            return [json.loads(what) for (what,) in self._connection.execute(query, (assignment,))]

    def decide(self, decisions: list[dict[str, Any]], *, by: str) -> bool:
        """Store a run of `promote`; False where it says the same as the run before."""
        with writing(self._connection, self.path):
            last = self._connection.execute("SELECT json FROM decisions ORDER BY id DESC LIMIT 1").fetchone()
            if last is not None and _bare(json.loads(last[0])) == _bare(decisions):
                return False
            text = canonical(decisions).decode("utf-8")
            insert(self._connection, "decisions", {"at": now(), "by": by, "json": text})
            counts = dict(Counter(decision["decision"] for decision in decisions))
            append_entry(self._connection, by, "decisions", {"sha256": sha256(decisions), "counts": counts})
        return True

    def results(self, term: Term) -> Results:
        """What counts, by member and assignment."""
        return counting(self.entries(), self.overrides(), term)

    def entries(self, member: str | None = None) -> list[LoggedReport]:
        """Every stored report, or one member's, in the order in which they came in."""
        entries = self._rows(LoggedReport, "reports", member)
        query = "SELECT what FROM log WHERE action = 'submitted' ORDER BY id"
        with errors(self.path):
            corrected = [json.loads(what) for (what,) in self._connection.execute(query)]
        times = {what["report"]: datetime.fromisoformat(what["submitted_at"]) for what in corrected}
        return [replace(entry, submitted_at=times[entry.id]) if entry.id in times else entry for entry in entries]

    def overrides(self, member: str | None = None) -> list[Override]:
        return self._rows(Override, "overrides", member)

    def log(self, member: str | None = None) -> list[LogEntry]:
        """Who did what, from the first entry on."""
        return self._rows(LogEntry, "log", member)

    def document(self, id_: int) -> Document:
        """A stored report, cases and all."""
        with errors(self.path):
            row = self._connection.execute("SELECT json FROM documents WHERE report = ?", (id_,)).fetchone()
        if row is None:
            raise BadInputError(_("There is no report {number}.").format(number=id_), where=self.path)
        return read_value(json.loads(zlib.decompress(row[0])))

    def check(self) -> Iterator[str]:
        """A sentence for everything that is wrong with the file; nothing where it is whole."""
        with errors(self.path):
            yield from faults(self._connection)

    def last_link(self) -> str:
        """The last link of the log: with it, somebody can tell later whether the log up to here was rewritten."""
        with errors(self.path):
            row = self._connection.execute("SELECT chain FROM log ORDER BY id DESC LIMIT 1").fetchone()
        return str(row[0]) if row else START

    def _rows(self, kind: type[_Row], table: str, member: str | None) -> list[_Row]:
        """The rows of a table as objects of `kind`, whose fields have the names of its columns."""
        columns = [field.name for field in fields(kind)]
        clause, values = ("", ()) if member is None else ("WHERE member = ?", (MemberName(member),))
        query = f"SELECT {', '.join(columns)} FROM {table} {clause} ORDER BY id"  # noqa: S608 - names of our own
        with errors(self.path):
            rows = self._connection.execute(query, values).fetchall()
        return [kind(*map(_value, columns, row)) for row in rows]


def _bare(decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decisions without what is missing, which is in the language of whoever runs `promote`."""
    return [{key: value for key, value in decision.items() if key != "missing"} for decision in decisions]


@lru_cache(maxsize=4096)
def _points(text: str) -> Fraction:
    """Points of a row; thousands of rows have the same few."""
    return Fraction(text)


# What makes a value of a column's text, by the column's name; other columns are values already.
_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("at", "added_at", "submitted_at"), datetime.fromisoformat),
    **dict.fromkeys(("score", "max_score", "points"), _points),
    "complete": bool,
    "what": json.loads,
}


def _value(column: str, cell: Any) -> Any:
    """What a cell of a column stands for."""
    read = _READ.get(column)
    return cell if read is None or cell is None else read(cell)

"""The files that collecting writes: what was collected of each member, and snapshots of all branches.

From them follows what the next jobs of the staff's workflow judge. A member can give a commit any time. A snapshot
can't be fooled: a commit that it names was there at that moment.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from grader.course.course import Course, Term
from grader.errors import BadInputError, FileError
from grader.fields import Fields, FormError, as_it_is, as_object, as_sha256, as_text
from grader.files import read_named, writing_to
from grader.grading.inputs import files_sha256
from grader.i18n import _

_T = TypeVar("_T")
COLLECTED, HEADS = "d2d.collected/1", "d2d.heads/1"
COLLECTED_FILE, HEADS_FILE = "collected.json", "heads.json"
JOURNAL_FILE = "_collected.jsonl"  # `grade` passes over what begins so
COMMIT = r"[0-9a-f]{40}([0-9a-f]{24})?"
_LARGEST = 64 << 20
_OUTAGE = ("unreachable", "too-slow", "failed")
# A scheduled job starts late. A snapshot at most this long after a deadline was meant for it, and all members had the
# same extra minutes.
LATEST_AFTER = timedelta(hours=1)
_STILL_DUE = timedelta(days=7)  # so long after a deadline a run still looks at an assignment
_IN_A_SHARD = 25  # members


@dataclass(frozen=True)
class Head:
    """The commit that a member's branch was at, or why it is not known."""

    member: str
    url: str
    commit: str | None
    missing: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """The heads of all members at one moment."""

    at: datetime
    heads: tuple[Head, ...]

    def of(self, member: str) -> Head | None:
        return self._by_member.get(member)

    @property
    def blind(self) -> bool:
        """Whether not one repository could be reached, and for reasons that no member has a hand in alone."""
        return bool(self.heads) and all(head.missing in _OUTAGE for head in self.heads)

    @cached_property
    def _by_member(self) -> dict[str, Head]:
        return {head.member: head for head in self.heads}

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "heads": [vars(head) for head in self.heads]}


@dataclass(frozen=True)
class CollectedWork:
    """What was collected of one member, or why nothing was; `basis` is how we know that it was there in time."""

    member: str
    url: str
    missing: str | None = None
    said: str = ""
    commit: str | None = None
    committed_at: datetime | None = None
    submitted_at: datetime | None = None
    basis: str | None = None  # "snapshot", "commit" (the time that the commit claims) or "now"
    file: str | None = None
    sha256: str | None = None
    contents: tuple[str, ...] = ()  # the SHA-256 of each file in the archive; a report names the one that was judged

    def as_json(self) -> dict[str, Any]:
        return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in vars(self).items()}


@dataclass(frozen=True)
class CollectedFolder:
    """What one run of collecting wrote, for all members."""

    at: datetime
    assignment: str | None
    before: datetime | None
    members: tuple[CollectedWork, ...]

    def of(self, member: str) -> CollectedWork | None:
        return self._by_member.get(member)

    @cached_property
    def _by_member(self) -> dict[str, CollectedWork]:
        return {work.member: work for work in self.members}

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": COLLECTED,
            "at": self.at.isoformat(),
            "assignment": self.assignment,
            "before": None if self.before is None else self.before.isoformat(),
            "members": [work.as_json() for work in self.members],
        }


class Journal:
    """The lines that stand beside `collected.json` until its next writing: one for each member, added as it comes.

    So a class of thousands is not written anew for each of them, and what was collected is known however a run ends.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / JOURNAL_FILE
        self._lock = threading.Lock()

    def add(self, work: CollectedWork) -> None:
        """Add a line, whole or not at all; should the process die meanwhile, readers pass over what is cut."""
        line = (json.dumps(work.as_json()) + "\n").encode()
        with self._lock, writing_to(self.file), self.file.open("ab", buffering=0) as file:
            size = file.tell()
            try:
                while line:
                    line = line[file.write(line) :]
            except OSError:
                file.truncate(size)
                raise

    def works(self) -> list[CollectedWork]:
        """What its whole lines say."""
        try:
            *lines, _cut = read_named(self.file, limit=_LARGEST).split(b"\n")
        except FileError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            return []  # a run that has ended has none
        return [_parsed(line, self.file, _collected) for line in lines]


def snapshot_for(snapshots: Iterable[Snapshot], moment: datetime) -> Snapshot | None:
    """The snapshot for `moment`: the first one in the hour after it, else the last one before it.

    One that was taken in an outage says nothing of anybody.
    """
    ordered = sorted((snapshot for snapshot in snapshots if not snapshot.blind), key=lambda snapshot: snapshot.at)
    after = [snapshot for snapshot in ordered if moment <= snapshot.at <= moment + LATEST_AFTER]
    earlier = [snapshot for snapshot in ordered if snapshot.at < moment]
    return after[0] if after else earlier[-1] if earlier else None


def due_assignments(course: Course, term: Term, now: datetime) -> list[str]:
    """The assignments that a run looks at; all of them where the course has no deadlines."""
    if not term.deadlines:
        return course.ids()
    return [hw for hw in course.ids() if hw in term.deadlines and now <= term.deadlines[hw].end + _STILL_DUE]


def matrix_shards(course: Course, collection: CollectedFolder) -> list[dict[str, str]]:
    """The entries of the matrix for one assignment; they hold nothing that a member wrote."""
    hw = str(collection.assignment)
    count = sum(work.file is not None for work in collection.members)
    shards = -(-count // _IN_A_SHARD)
    torch = json.dumps("torch" in course.assignment(hw).imports)
    return [{"hw": hw, "shard": f"{at}/{shards}", "name": f"{hw}-{at}", "torch": torch} for at in range(1, shards + 1)]


def json_digest(folder: Path) -> str:
    """One hash of all JSON files in the folder: a later job compares it, to see that nothing was changed in between."""
    files = sorted((*folder.rglob("*.json"), *folder.rglob(JOURNAL_FILE)))
    return files_sha256((file, file.relative_to(folder)) for file in files)


def read_snapshots(file: Path) -> list[Snapshot]:
    """All snapshots in a file."""
    return list(_read(file, HEADS, lambda top: top.items("snapshots", _snapshot, 100_000)))


def read_collection(file: Path, counts: Callable[[CollectedWork], bool] = lambda _work: True) -> CollectedFolder:
    """What `d2d collect` wrote, also where it was killed: of each member the newest that `counts`."""
    collection = _read(file, COLLECTED, _folder)
    members = {work.member: work for work in collection.members}
    for work in Journal(file.parent).works():
        if work.member not in members or counts(work):
            members[work.member] = work
    return replace(collection, members=tuple(members[name] for name in sorted(members)))


def _read(file: Path, schema: str, build: Callable[[Fields], _T]) -> _T:
    def checked(top: Fields) -> _T:
        if top.take("schema", as_it_is) != schema:
            raise FormError("schema", _("must be {schema}").format(schema=schema))
        return build(top)

    return _parsed(read_named(file, limit=_LARGEST), file, as_object(checked))


def _parsed(data: bytes, file: Path, parse: Callable[[Any, str], _T]) -> _T:
    try:
        return parse(json.loads(data.decode("utf-8")), "")
    except FormError as error:
        what = _("This is not what `d2d collect` writes: {fault}.").format(fault=error)
        raise BadInputError(what, where=file) from error
    except (ValueError, RecursionError) as error:
        raise BadInputError(_("This is not what `d2d collect` writes: it is not JSON."), where=file) from error


def _folder(fields: Fields) -> CollectedFolder:
    return CollectedFolder(
        at=fields.take("at", _time),
        assignment=fields.maybe("assignment", lambda item, path: as_text(item, path, 200)),
        before=fields.maybe("before", _time),
        members=fields.items("members", _collected, 10_000),
    )


@as_object
def _snapshot(fields: Fields) -> Snapshot:
    return Snapshot(fields.take("at", _time), fields.items("heads", _head, 10_000))


@as_object
def _head(fields: Fields) -> Head:
    return Head(fields.text("member", 200, least=1), fields.text("url"), _commit(fields), _word(fields, "missing"))


@as_object
def _collected(fields: Fields) -> CollectedWork:
    return CollectedWork(
        member=fields.text("member", 200, least=1),
        url=fields.text("url"),
        missing=_word(fields, "missing"),
        said=fields.text("said"),
        commit=_commit(fields),
        committed_at=fields.maybe("committed_at", _time),
        submitted_at=fields.maybe("submitted_at", _time),
        basis=_word(fields, "basis"),
        file=fields.maybe("file", lambda item, at: as_text(item, at, 255, form=r"[^/\\\0.][^/\\\0]*")),
        sha256=fields.maybe("sha256", as_sha256),
        contents=fields.items("contents", as_sha256, 10_000),
    )


def _commit(fields: Fields) -> str | None:
    return fields.maybe("commit", lambda item, path: as_text(item, path, form=COMMIT))


def _word(fields: Fields, key: str) -> str | None:
    return fields.maybe(key, lambda item, path: as_text(item, path, 40, form=r"[a-z-]+"))


def _time(value: Any, path: str) -> datetime:
    text = as_text(value, path, 40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FormError(path, _("is no time that there is")) from error
    if moment.tzinfo is None:
        raise FormError(path, _("has no time zone"))
    return moment

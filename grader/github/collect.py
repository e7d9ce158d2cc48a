"""Fetch the members' repositories, several at once, and write an archive for each member.

An archive, because the member chose the names of the files: in an archive none of them becomes a path of this machine.
A second run fetches only what is missing or has changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from grader.boundary import TakeTrouble, one_member
from grader.clean import inline
from grader.course.roster import Person
from grader.errors import BadInputError, D2DError, UsageError
from grader.files import write_whole, writing_to
from grader.github import repository
from grader.github.collected import (
    COLLECTED_FILE,
    HEADS,
    CollectedFolder,
    CollectedWork,
    Head,
    Snapshot,
    read_collection,
    read_snapshots,
)
from grader.github.git import FetchLimits, Git, UnavailableError
from grader.i18n import _
from grader.member import MemberName

_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # in every archive, so that the same files make the same bytes
_NOT_IN_A_NAME = frozenset(':*?"<>|')  # on some systems in a file's name, or in the name of an artifact on GitHub


@dataclass(frozen=True)
class CollectOrder:
    """What to collect from whom, and where to write it."""

    people: tuple[Person, ...]
    out: Path
    assignment: str | None = None
    others: tuple[str, ...] = ()  # the other assignments of the course
    before: datetime | None = None  # a moment in the past; without it, what is there now counts
    snapshot: Snapshot | None = None  # the branches at that moment
    limits: FetchLimits = field(default_factory=FetchLimits)
    jobs: int = 4


def take_snapshot(people: Sequence[Person], limits: FetchLimits, jobs: int) -> Snapshot:
    """The commit that every member's branch is at now."""
    at = _now()
    with ThreadPoolExecutor(jobs) as pool:
        heads = list(pool.map(lambda person: _head(person, limits), people))
    return Snapshot(at, tuple(sorted(heads, key=lambda head: head.member)))


def add_snapshot(known: Path, file: Path, people: Sequence[Person], bounds: FetchLimits, jobs: int) -> list[Snapshot]:
    """Take a snapshot and write it to `file` after those of the file `known`; all of them, the new one last."""
    snapshots = read_snapshots(known) if known.exists() else []
    snapshots.append(take_snapshot(people, bounds, jobs))
    heads = {"schema": HEADS, "snapshots": [snapshot.as_json() for snapshot in snapshots]}
    write_whole(file, json.dumps(heads, ensure_ascii=False, indent=1) + "\n")
    return snapshots


def collect_all(
    order: CollectOrder,
    progress: Callable[[CollectedWork], None] = lambda _work: None,
    take: TakeTrouble = lambda _member, _trouble: None,
) -> CollectedFolder:
    """Collect from all members; each result is written to the disk at once. `take` is given what fails on our side."""
    for person in order.people:
        _demand_name(person.member)
    earlier = _earlier(order.out)
    done: dict[str, CollectedWork] = {}
    at = _now()
    _write(order, at, earlier)  # marks the folder as ours, even if this run is stopped
    with ThreadPoolExecutor(order.jobs) as pool:
        running = [pool.submit(_one, order, person, earlier.get(person.member), at, take) for person in order.people]
        for future in as_completed(running):
            work = future.result()
            done[work.member] = work
            _write(order, at, {**earlier, **done})
            progress(work)
    kept = {work.file for work in done.values()}
    for work in earlier.values():  # remove the archives of members who have nothing now
        if work.file is not None and work.file not in kept:
            (order.out / work.file).unlink(missing_ok=True)
    return _write(order, at, done)


@contextmanager
def _git(limits: FetchLimits) -> Iterator[Git]:
    with tempfile.TemporaryDirectory(prefix="d2d-git-") as scratch:
        yield Git(Path(scratch), limits)


def _head(person: Person, limits: FetchLimits) -> Head:
    url, kind = person.repository, "failed"
    with one_member(person.member, lambda _member, _trouble: None):
        try:
            url = repository.address(url)
            with _git(limits) as git:
                return Head(person.member, _shown(url), repository.head(git, url))
        except UnavailableError as error:
            kind = error.kind
    return Head(person.member, _shown(url), None, kind)


def _one(
    order: CollectOrder, person: Person, earlier: CollectedWork | None, now: datetime, take: TakeTrouble
) -> CollectedWork:
    """What `_member` gives; where it fails, what was collected before, if anything was."""
    works: list[CollectedWork] = []

    def fail(member: str, trouble: D2DError) -> None:
        take(member, trouble)
        before = earlier or CollectedWork(person.member, _shown(person.repository), missing="failed")
        works.append(replace(before, said=inline(trouble.what)))

    with one_member(person.member, fail):
        works.append(_member(order, person, earlier, now))
    return works[0]


def _member(order: CollectOrder, person: Person, earlier: CollectedWork | None, now: datetime) -> CollectedWork:
    """Collect from one member."""
    work = CollectedWork(person.member, _shown(person.repository))
    try:
        url = repository.address(person.repository)
        work = replace(work, url=_shown(url))
        with _git(order.limits) as git:
            try:
                work = _commit(order, git, url, work, now)
            except UnavailableError as error:
                if earlier and earlier.url == work.url and order.before is None and _archive_is_there(order, earlier):
                    reason = _("{reason}; what was fetched before stays").format(reason=error.what)
                    return replace(earlier, said=reason)
                raise
            if earlier is not None and (earlier.url, earlier.commit) == (work.url, work.commit):
                first = min(filter(None, (work.submitted_at, earlier.submitted_at)))
                work = replace(work, submitted_at=first)
                if _archive_is_there(order, earlier):
                    return replace(earlier, said="", missing=None, submitted_at=first, basis=work.basis)
            return _fetched(order, git, url, work)
    except UnavailableError as error:
        return replace(work, missing=error.kind, said=error.what, basis=None, submitted_at=None)


def _commit(order: CollectOrder, git: Git, url: str, work: CollectedWork, now: datetime) -> CollectedWork:
    """The commit that counts, and what shows that it was there in time."""
    if order.before is None:
        return replace(work, commit=repository.head(git, url), submitted_at=now, basis="now")
    if order.snapshot is None:
        commit = repository.commit_of(git, url, repository.head(git, url), order.before)
        return replace(work, commit=commit.id, submitted_at=commit.at, basis="commit")
    head = order.snapshot.of(work.member)
    if head is None:
        raise UnavailableError("later")
    if head.commit is None:
        raise UnavailableError(head.missing or "unreachable")
    return replace(work, commit=head.commit, submitted_at=min(order.snapshot.at, order.before), basis="snapshot")


def _fetched(order: CollectOrder, git: Git, url: str, work: CollectedWork) -> CollectedWork:
    """Fetch the commit and write the archive."""
    assert work.commit is not None
    repository.fetch(git, url, work.commit)
    commit = next(repository.commits(git, work.commit))
    files = repository.files(git, work.commit, order.assignment, order.others, work.url)
    data = _archive(files)
    name = f"{work.member}.zip"
    write_whole(order.out / name, data, mode=0o644)
    contents = tuple(sorted(set(map(_sha256, files.values()))))
    return replace(work, committed_at=commit.at, file=name, sha256=_sha256(data), contents=contents)


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Not compressed: `grade` refuses an archive that unpacks to much more than its own size."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _SAME_TIME), data)
    return packed.getvalue()


def _archive_is_there(order: CollectOrder, work: CollectedWork) -> bool:
    """Whether the archive that an earlier run wrote is still there and unchanged."""
    with suppress(OSError):
        return bool(work.file) and _sha256((order.out / str(work.file)).read_bytes()) == work.sha256
    return False


def _earlier(out: Path) -> dict[str, CollectedWork]:
    """What an earlier run collected into this folder."""
    with writing_to(out):
        out.mkdir(parents=True, exist_ok=True)
        if (out / COLLECTED_FILE).exists():
            return {work.member: work for work in read_collection(out / COLLECTED_FILE).members}
        if any(out.iterdir()):
            hint = _("Name an empty folder, or one that `d2d collect` filled.")
            raise UsageError(_("This folder holds something else."), where=out, hint=hint)
    return {}


def _write(order: CollectOrder, at: datetime, members: Mapping[str, CollectedWork]) -> CollectedFolder:
    collection = CollectedFolder(at, order.assignment, order.before, tuple(members[name] for name in sorted(members)))
    text = json.dumps(collection.as_json(), ensure_ascii=False, indent=2) + "\n"
    write_whole(order.out / COLLECTED_FILE, text, mode=0o644)
    return collection


def _demand_name(member: str) -> None:
    """Refuse a member's name that can't be the name of a file."""
    if MemberName(member).flaw or set(member) & _NOT_IN_A_NAME or member.startswith(("_", "-")):
        what = _("{name} can't be the name of a file here.").format(name=inline(member, 60))
        raise BadInputError(what, hint=_("Give this member another name in the roster's first column."))


def same_repository(people: Iterable[Person]) -> list[tuple[str, str]]:
    """Pairs of members with the same repository: mostly a mistake in the roster."""
    first: dict[str, str] = {}
    pairs = []
    for person in people:
        with suppress(UnavailableError):
            url = repository.address(person.repository).casefold()
            other = first.setdefault(url, person.member)
            if other != person.member:
                pairs.append((other, person.member))
    return pairs


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _shown(url: str) -> str:
    return inline(repository.without_credentials(url), 300)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)

"""Fetch the members' repositories, several at once, and write an archive for each member.

An archive, because the member chose the names of the files: in an archive none of them becomes a path of this machine.
A second run fetches only what is missing or has changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from grader.boundary import TakeTrouble, one_member
from grader.clean import first_few, inline
from grader.course.roster import Person
from grader.errors import BadInputError, D2DError, NoRoomError, UsageError
from grader.files import UNFINISHED, held, write_whole, writing_to
from grader.github import repository
from grader.github.collected import (
    COLLECTED_FILE,
    HEADS,
    CollectedFolder,
    CollectedWork,
    Head,
    Journal,
    Snapshot,
    read_collection,
    read_snapshots,
)
from grader.github.git import Children, FetchLimits, Git, OutgrownError, UnavailableError
from grader.i18n import _
from grader.member import MemberName
from grader.scratch import Scratch

_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # in every archive, so that the same files make the same bytes
_GitFor = Callable[[], AbstractContextManager[Git]]
# What a repository itself says: nothing in it counts. Everything else may be otherwise tomorrow, and costs no archive.
_SETTLED = frozenset({"later", "nothing", "refused", "too-early"})
_EMPTY = frozenset({"empty", "other-branch"})  # settles only what counted at a moment
_NAMED = 5
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
    with Scratch("git") as scratch, _together(jobs) as (pool, children):
        heads = list(pool.map(partial(_head, partial(_git, scratch, limits, children)), people))
    return Snapshot(at, tuple(sorted(heads, key=lambda head: head.member)))


def add_snapshot(known: Path, file: Path, people: Sequence[Person], bounds: FetchLimits, jobs: int) -> list[Snapshot]:
    """Take a snapshot and write it to `file` after those of the file `known`; all of them, the new one last."""
    snapshots = read_snapshots(known) if known.exists() else []
    snapshots.append(take_snapshot(people, bounds, jobs))
    heads = {"schema": HEADS, "snapshots": [snapshot.as_json() for snapshot in snapshots]}
    write_whole(file, json.dumps(heads, ensure_ascii=False, indent=1) + "\n")
    return snapshots


def collect_all(order: CollectOrder, take: TakeTrouble = lambda _member, _trouble: None) -> CollectedFolder:
    """Collect from all members; each result is on the disk at once, and stays there however the run ends.

    `take` is given what fails on our side.
    """
    for person in order.people:
        _demand_name(person.member)
    with _nothing_lost(), held(order.out):
        earlier, at = _earlier(order.out), _now()
        _write(order, at, earlier)  # marks the folder as ours, even if this run is stopped
        try:
            done = _each(order, at, earlier, take)
        except BaseException:
            with suppress(D2DError):  # what could be written is in the journal, too
                _write(order, at, _earlier(order.out))
            raise
        for work in earlier.values():
            if work.file is not None and work.member not in done:  # not on the roster any more
                (order.out / work.file).unlink(missing_ok=True)
        return _write(order, at, done)


def _each(
    order: CollectOrder, at: datetime, earlier: Mapping[str, CollectedWork], take: TakeTrouble
) -> dict[str, CollectedWork]:
    """The result for each member. Those for whom the disk was too small are tried again alone, after the others."""
    done: dict[str, CollectedWork] = {}
    outgrown: dict[str, str] = {}
    with Scratch("git") as scratch, _together(order.jobs) as (pool, children):
        run = _Run(order, at, earlier, take, Journal(order.out), partial(_git, scratch, order.limits, children))
        futures = {pool.submit(_member, run, person): person for person in order.people}
        again = []
        for future in as_completed(futures):
            try:
                work = future.result()
                done[work.member] = work
            except OutgrownError:
                again.append(futures[future])
        for person in again:
            try:
                done[person.member] = pool.submit(_member, run, person).result()
            except OutgrownError as error:
                outgrown[person.member] = error.what
        if outgrown:
            names, reason = first_few(outgrown, _NAMED), next(iter(outgrown.values()))
            what = _("{reason} Not collected: {names}").format(reason=reason, names=names)
            raise NoRoomError(what, where=scratch.parent)
    return done


@contextmanager
def _nothing_lost() -> Iterator[None]:
    """A full disk is said once, with what becomes of the work."""
    try:
        yield
    except NoRoomError as error:
        hint = _("What was collected stays. Make room, and give the same command again: it goes on there.")
        raise NoRoomError(error.what, where=error.where, hint=hint) from error


@contextmanager
def _together(jobs: int) -> Iterator[tuple[ThreadPoolExecutor, Children]]:
    """Threads that fetch. Whatever ends the block, Ctrl-C too, ends what they have begun and drops all that waits."""
    pool, children = ThreadPoolExecutor(jobs), Children()
    try:
        yield pool, children
    finally:
        children.end_all()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _git(scratch: Path, limits: FetchLimits, children: Children) -> Iterator[Git]:
    with writing_to(scratch):
        folder = tempfile.mkdtemp(dir=scratch)
    try:
        yield Git(Path(folder), limits, children)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _head(git_for: _GitFor, person: Person) -> Head:
    url, kind = person.repository, "failed"
    with one_member(person.member, lambda _member, _trouble: None):
        try:
            url = repository.address(url)
            with git_for() as git:
                return Head(person.member, _shown(url), repository.head(git, url))
        except UnavailableError as error:
            kind = error.kind
    return Head(person.member, _shown(url), None, kind)


@dataclass(frozen=True)
class _Run:
    """What collecting from each member needs."""

    order: CollectOrder
    at: datetime
    earlier: Mapping[str, CollectedWork]
    take: TakeTrouble
    journal: Journal
    git_for: _GitFor


def _member(run: _Run, person: Person) -> CollectedWork:
    """What there is of a member now; where that fails, what was collected before, if anything was."""
    works: list[CollectedWork] = []

    def fail(member: str, trouble: D2DError) -> None:
        run.take(member, trouble)
        work = CollectedWork(person.member, _shown(person.repository), missing="failed", said=inline(trouble.what))
        works.append(_kept(run, person, inline(trouble.what)) or work)
        run.journal.add(works[0])

    with one_member(person.member, fail):
        works.append(_recorded(run, person))
    return works[0]


def _kept(run: _Run, person: Person, reason: str) -> CollectedWork | None:
    """What an earlier run collected of a member, if it is there, with the reason why it is not newer."""
    earlier = run.earlier.get(person.member)
    if earlier is None or not _is_there(run.order.out, earlier):
        return None
    return replace(earlier, said=_("{reason}; what was fetched before stays").format(reason=reason))


def _recorded(run: _Run, person: Person) -> CollectedWork:
    """What there is now of a member: first the journal's line is written, then the archive that it names."""
    order, earlier, archive = run.order, run.earlier.get(person.member), _archive_of(run.order, person.member)
    work, data, settled = CollectedWork(person.member, _shown(person.repository)), None, False
    try:
        with run.git_for() as git:
            url = repository.address(person.repository)
            work = _commit(order, git, url, replace(work, url=_shown(url)), run.at)
            same = earlier if earlier and (earlier.url, earlier.commit) == (work.url, work.commit) else None
            if same is not None:
                work = replace(work, submitted_at=min(filter(None, (work.submitted_at, same.submitted_at))))
            if same is not None and _is_there(order.out, same):
                work = replace(same, said="", missing=None, submitted_at=work.submitted_at, basis=work.basis)
            else:
                work, data = _fetched(order, git, url, work)
    except UnavailableError as error:
        settled = error.kind in _SETTLED or (order.before is not None and error.kind in _EMPTY)
        kept = None if settled else _kept(run, person, error.what)
        work = kept or replace(work, missing=error.kind, said=error.what, basis=None, submitted_at=None)
    if work != earlier:
        run.journal.add(work)
    if data is not None:
        write_whole(archive, data, mode=0o644)
    if settled:
        archive.unlink(missing_ok=True)
    return work


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


def _fetched(order: CollectOrder, git: Git, url: str, work: CollectedWork) -> tuple[CollectedWork, bytes]:
    """Fetch the commit: what there is to say of it, and its archive."""
    assert work.commit is not None
    repository.fetch(git, url, work.commit)
    commit = next(repository.commits(git, work.commit))
    files = repository.files(git, work.commit, order.assignment, order.others, work.url)
    data = _archive(files)
    contents = tuple(sorted(set(map(_sha256, files.values()))))
    name = _archive_of(order, work.member).name
    return replace(work, committed_at=commit.at, file=name, sha256=_sha256(data), contents=contents), data


def _archive_of(order: CollectOrder, member: str) -> Path:
    return order.out / f"{member}.zip"


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Not compressed: `grade` refuses an archive that unpacks to much more than its own size."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _SAME_TIME), data)
    return packed.getvalue()


def _is_there(out: Path, work: CollectedWork) -> bool:
    """Whether the archive that an earlier run wrote is still there and unchanged."""
    with suppress(OSError):
        return bool(work.file) and _sha256((out / str(work.file)).read_bytes()) == work.sha256
    return False


def _earlier(out: Path) -> dict[str, CollectedWork]:
    """What an earlier run collected into this folder; what it had begun to write is removed."""
    unfinished = list(out.glob(f"{UNFINISHED}*"))
    if not (out / COLLECTED_FILE).exists():
        if set(out.iterdir()) - set(unfinished):
            hint = _("Name an empty folder, or one that `d2d collect` filled.")
            raise UsageError(_("This folder holds something else."), where=out, hint=hint)
        return {}
    for file in unfinished:
        file.unlink()
    # A line is written before its archive: of a run that was killed in between, the line before it holds.
    known = read_collection(out / COLLECTED_FILE, lambda work: work.file is None or _is_there(out, work))
    return {work.member: work for work in known.members}


def _write(order: CollectOrder, at: datetime, members: Mapping[str, CollectedWork]) -> CollectedFolder:
    """Write all of it, after which the journal has nothing to add."""
    collection = CollectedFolder(at, order.assignment, order.before, tuple(members[name] for name in sorted(members)))
    text = json.dumps(collection.as_json(), ensure_ascii=False, indent=2) + "\n"
    write_whole(order.out / COLLECTED_FILE, text, mode=0o644)
    Journal(order.out).file.unlink(missing_ok=True)
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

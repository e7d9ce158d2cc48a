"""Fetching every member's repository, many at once, each with its own bounds; what came lies in one archive a member.

An archive, not a folder: the names in a repository are its owner's, and none of them becomes a path of this machine.
`grade` reads it in memory. A second run fetches only what is missing or has changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from grader.clean import inline
from grader.course.roster import Person
from grader.errors import BadInputError, UsageError
from grader.files import write_whole, writing_to
from grader.github import repository
from grader.github.collected import COLLECTED_FILE, CollectedFolder, CollectedWork, Head, Snapshot, read_collection
from grader.github.git import FetchLimits, Git, UnavailableError
from grader.i18n import _
from grader.member import MemberName

_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive
_NO_NAME = frozenset(':*?"<>|')  # in a file's name somewhere, or in an artifact's


@dataclass(frozen=True)
class CollectOrder:
    """What is to be collected, and by which rules."""

    people: tuple[Person, ...]
    out: Path
    assignment: str | None = None
    others: tuple[str, ...] = ()  # the other assignments of the course
    before: datetime | None = None  # a moment that has passed
    snapshot: Snapshot | None = None  # what was there then
    bounds: FetchLimits = field(default_factory=FetchLimits)
    jobs: int = 4


def take_snapshot(people: Sequence[Person], bounds: FetchLimits, jobs: int) -> Snapshot:
    """Where every repository's branch is now."""
    at = _now()
    with ThreadPoolExecutor(jobs) as pool:
        heads = list(pool.map(lambda person: _head(person, bounds), people))
    return Snapshot(at, tuple(sorted(heads, key=lambda head: head.member)))


def collect_all(order: CollectOrder, progress: Callable[[CollectedWork], None] = lambda _one: None) -> CollectedFolder:
    """Collect from everybody; what is done is on the disk as soon as it is done."""
    for person in order.people:
        _demand_name(person.member)
    before = _earlier(order.out)
    done: dict[str, CollectedWork] = {}
    at = _now()
    _write(order, at, before)  # from now on the folder is ours, whenever this ends
    with ThreadPoolExecutor(order.jobs) as pool:
        running = [pool.submit(_member, order, person, before.get(person.member), at) for person in order.people]
        for each in as_completed(running):
            one = each.result()
            done[one.member] = one
            _write(order, at, {**before, **done})
            progress(one)
    kept = {one.file for one in done.values()}
    for one in before.values():  # what an earlier run left of somebody who has nothing now
        if one.file is not None and one.file not in kept:
            with suppress(FileNotFoundError):
                (order.out / one.file).unlink()
    return _write(order, at, done)


def _head(person: Person, bounds: FetchLimits) -> Head:
    url = person.repository
    try:
        url = repository.address(url)
        with tempfile.TemporaryDirectory(prefix="d2d-git-") as scratch:
            return Head(person.member, _shown(url), repository.head(Git(Path(scratch), bounds), url))
    except UnavailableError as error:
        return Head(person.member, _shown(url), None, error.kind)


def _member(order: CollectOrder, person: Person, before: CollectedWork | None, now: datetime) -> CollectedWork:
    """One member's files, or why there are none."""
    found = CollectedWork(person.member, _shown(person.repository))
    try:
        url = repository.address(person.repository)
        found = replace(found, url=_shown(url))
        with tempfile.TemporaryDirectory(prefix="d2d-git-") as scratch:
            git = Git(Path(scratch), order.bounds)
            try:
                found = _commit(order, git, url, found, now)
            except UnavailableError as error:
                if before is not None and before.url == found.url and order.before is None and _there(order, before):
                    return replace(before, said=_("{reason}; what was fetched before stays").format(reason=error.what))
                raise
            if before is not None and (before.url, before.commit) == (found.url, found.commit):
                found = replace(found, submitted_at=min(filter(None, (found.submitted_at, before.submitted_at))))
                if _there(order, before):
                    return replace(
                        found,
                        committed_at=before.committed_at,
                        file=before.file,
                        sha256=before.sha256,
                        contents=before.contents,
                    )
            return _fetched(order, git, url, found)
    except UnavailableError as error:
        return replace(found, missing=error.kind, said=error.what, basis=None, submitted_at=None)


def _commit(order: CollectOrder, git: Git, url: str, found: CollectedWork, now: datetime) -> CollectedWork:
    """Which commit counts, and by what."""
    if order.before is None:
        return replace(found, commit=repository.head(git, url), submitted_at=now, basis="now")
    if order.snapshot is None:
        commit = repository.commit_of(git, url, repository.head(git, url), order.before)
        return replace(found, commit=commit.id, submitted_at=commit.at, basis="commit")
    head = order.snapshot.of(found.member)
    if head is None:
        raise UnavailableError("later")
    if head.commit is None:
        raise UnavailableError(head.missing or "unreachable")
    return replace(found, commit=head.commit, submitted_at=min(order.snapshot.at, order.before), basis="snapshot")


def _fetched(order: CollectOrder, git: Git, url: str, found: CollectedWork) -> CollectedWork:
    assert found.commit is not None
    repository.fetch(git, url, found.commit)
    (commit,) = list(repository.commits(git, found.commit))[:1]
    files = repository.files(git, found.commit, order.assignment, order.others, found.url)
    data = _archive(files)
    name = f"{found.member}.zip"
    write_whole(order.out / name, data, mode=0o644)
    contents = tuple(sorted({hashlib.sha256(each).hexdigest() for each in files.values()}))
    return replace(found, committed_at=commit.at, file=name, sha256=hashlib.sha256(data).hexdigest(), contents=contents)


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Not packed tighter: what unpacks to much more than it is would be taken for an attack."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), data)
    return packed.getvalue()


def _there(order: CollectOrder, one: CollectedWork) -> bool:
    """Whether the archive of an earlier run is still there, byte for byte."""
    if one.file is None:
        return False
    try:
        return hashlib.sha256((order.out / one.file).read_bytes()).hexdigest() == one.sha256
    except OSError:
        return False


def _earlier(out: Path) -> dict[str, CollectedWork]:
    """What an earlier run has collected into this folder."""
    with writing_to(out):
        out.mkdir(parents=True, exist_ok=True)
        if not (out / COLLECTED_FILE).exists() and any(out.iterdir()):
            hint = _("Name an empty folder, or one that `d2d collect` filled.")
            raise UsageError(_("This folder holds something else."), where=out, hint=hint)
    return (
        {one.member: one for one in read_collection(out / COLLECTED_FILE).members}
        if (out / COLLECTED_FILE).exists()
        else {}
    )


def _write(order: CollectOrder, at: datetime, members: Mapping[str, CollectedWork]) -> CollectedFolder:
    by_name = tuple(members[name] for name in sorted(members))
    collection = CollectedFolder(at, order.assignment, order.before, by_name)
    text = json.dumps(collection.as_json(), ensure_ascii=False, indent=2) + "\n"
    write_whole(order.out / COLLECTED_FILE, text, mode=0o644)
    return collection


def _demand_name(member: str) -> None:
    """A member's name becomes that of a file."""
    if MemberName(member).flaw or set(member) & _NO_NAME or member.startswith(("_", "-")):
        said = _("{name} can't be the name of a file here.").format(name=inline(member, 60))
        raise BadInputError(said, hint=_("Give this member another name in the roster's first column."))


def twice(people: Iterable[Person]) -> list[tuple[str, str]]:
    """Who has the same repository as somebody before them: mostly a slip of the roster."""
    first: dict[str, str] = {}
    found = []
    for person in people:
        with suppress(UnavailableError):
            url = repository.address(person.repository).casefold()
            other = first.setdefault(url, person.member)
            if other != person.member:
                found.append((other, person.member))
    return found


def _shown(url: str) -> str:
    return inline(repository.without_credentials(url), 300)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def digest(folder: Path) -> str:
    """One hash of all that was written down while collecting: who gets the folder later can hold it against that."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*.json")):
        found.update(file.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()

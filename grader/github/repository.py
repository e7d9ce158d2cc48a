"""What a member has in a repository: its head, the commit of a moment, and the files that may be the submission.

Files are taken out of the object store by their hashes and never checked out: a path, a mode or an attribute of the
repository's acts on nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import urlsplit, urlunsplit

from grader.errors import BadInputError
from grader.files import MAX_BYTES, too_large
from grader.github.git import Git, UnavailableError
from grader.intake.archive import MAX_ARCHIVE
from grader.intake.candidate import is_candidate, stem
from grader.intake.choice import is_named
from grader.intake.members import ArchiveMember, accepted
from grader.intake.text import shown

GITHUB = "github.com"
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^\s:][^\s]*")
_PATH = re.compile(r"/[^\0\n]+|[A-Za-z]:[\\/][^\0\n]+")
_CREDENTIALS = re.compile(r"(?i)^(\s*https?://)[^/]*@")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LISTING = 16 << 20  # bytes of the list of files: 10,000 of them take one or two
_DEPTHS = (20, 200, 2000)  # how far history is fetched for the commit of a moment
_MODES = {"100644": "file", "100755": "file", "100664": "file", "120000": "link"}  # the rest are folders, submodules


@dataclass(frozen=True)
class Commit:
    """A commit and the time that it claims."""

    id: str
    at: datetime


def address(text: str) -> str:
    """What git is given for what the roster says: a URL, or `OWNER/NAME` at GitHub."""
    text = text.strip()
    if not text:
        raise UnavailableError("no-address")
    if _SHORT.fullmatch(text):
        return f"https://{GITHUB}/{text.removesuffix('.git')}.git"
    if text.startswith("-") or any(char.isspace() or not char.isprintable() for char in text):
        raise UnavailableError("bad-address")
    if _SCP.fullmatch(text) or _PATH.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError as error:
        raise UnavailableError("bad-address") from error
    if parts.scheme not in ("https", "http", "ssh", "git", "file") or not (host or parts.scheme == "file"):
        raise UnavailableError("bad-address")
    if host == GITHUB and parts.scheme == "https":  # as copied from a browser, wherever it stood in the repository
        owner_and_name = "/".join(parts.path.strip("/").split("/")[:2]).removesuffix(".git")
        if not _SHORT.fullmatch(owner_and_name):
            raise UnavailableError("bad-address")
        return urlunsplit((parts.scheme, parts.netloc, f"/{owner_and_name}.git", "", ""))
    return text


def without_credentials(url: str) -> str:
    """An address that may be shown and stored; who stands before an `@` in one for https is there for a password."""
    return _CREDENTIALS.sub(r"\1", url)


def slug(url: str, host: str) -> str | None:
    """`OWNER/NAME` of a repository at `host`; None where it lies elsewhere."""
    start = rf"(?:https?://|ssh://git@|git@){re.escape(host)}[/:]"
    found = re.fullmatch(rf"{start}([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?", url)
    return found[1] if found else None


def head(git: Git, url: str) -> str:
    """The commit that the repository's default branch is at now."""
    for line in git("ls-remote", "--quiet", "--", url, "HEAD", most=1 << 20).decode("utf-8", "replace").splitlines():
        commit, _tab, name = line.partition("\t")
        if name == "HEAD" and _COMMIT.fullmatch(commit):
            return commit
    others = git("ls-remote", "--quiet", "--heads", "--", url, most=1 << 20)
    raise UnavailableError("other-branch" if others.strip() else "empty")


def fetch(git: Git, url: str, commit: str, depth: int = 1) -> None:
    """Fetch one commit, by its hash: no name that somebody gave to a branch is ever part of a command."""
    if not (git.folder / "HEAD").exists():
        kind = "sha1" if len(commit) == 40 else "sha256"
        git("init", "--quiet", "--bare", "--template=", f"--object-format={kind}", ".", most=1 << 20)
    git("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", f"--depth={depth}", "--", url, commit)


def commits(git: Git, commit: str) -> Iterable[Commit]:
    """The commit and those before it on its branch, as far as they were fetched, the newest first."""
    text = git("rev-list", "--first-parent", "--timestamp", commit, "--", most=1 << 20).decode("ascii", "replace")
    for line in text.splitlines():
        seconds, _blank, id_ = line.partition(" ")
        yield Commit(id_, _moment(seconds))


def commit_of(git: Git, url: str, tip: str, moment: datetime) -> Commit:
    """The newest commit on the branch of `tip` that says it was made at `moment` or before."""
    known = 0
    for depth in (1, *_DEPTHS):
        fetch(git, url, tip, depth)
        found = list(commits(git, tip))
        for each in found:
            if each.at <= moment:
                return each
        if len(found) in (known, 0) or len(found) < depth:  # the beginning of the history
            break
        known = len(found)
    raise UnavailableError("too-early")


def files(git: Git, commit: str, assignment: str | None, others: Sequence[str], where: str) -> dict[str, bytes]:
    """The files of a commit that may be the submission, by their names below the top."""
    entries = _candidates(git, commit, assignment, others)
    if not entries:
        raise UnavailableError("nothing")
    try:
        accepted((ArchiveMember(name, kind) for name, kind, _id, _size in entries), where)
    except BadInputError as error:
        raise UnavailableError("refused", error.what) from error
    sizes = [size for _name, _kind, _id, size in entries]
    if max(sizes) > MAX_BYTES:
        raise UnavailableError("refused", too_large(max(sizes), where).what)
    if sum(sizes) > MAX_ARCHIVE:
        raise UnavailableError("too-large")
    order = "".join(f"{id_}\n" for _name, _kind, id_, _size in entries).encode()
    packed = git("cat-file", "--batch", stdin=order, most=MAX_ARCHIVE + _LISTING)
    return dict(_unpacked(packed, entries))


def _candidates(
    git: Git, commit: str, assignment: str | None, others: Sequence[str]
) -> list[tuple[str, str, str, int]]:
    """Name, kind, hash and size of each file that counts."""
    # The tree of a hostile commit may hold itself a million times: the list is bounded, and git with it.
    listing = git("ls-tree", "-r", "-z", "--long", "--full-tree", commit, most=_LISTING)
    found = []
    for record in listing.split(b"\0"):
        head_, tab, path = record.partition(b"\t")
        if not tab:
            continue
        mode, type_, id_, size = head_.decode("ascii").split()
        name = shown(path.decode("utf-8", "replace"))
        if type_ == "blob" and mode in _MODES and is_candidate(name):
            found.append((name, _MODES[mode], id_, int(size)))
    named = _of_assignment([each[0] for each in found], assignment, others)
    return [each for each in found if each[0] in named]


def _of_assignment(names: list[str], assignment: str | None, others: Sequence[str]) -> set[str]:
    """Those that the assignment's name is on, or is on their folder; else those that no assignment's name is on."""
    if assignment is None:
        return set(names)
    tests: list[Callable[[str], bool]] = [
        lambda name: is_named(stem(name), assignment),
        lambda name: is_named(name.rpartition("/")[0], assignment),
        lambda name: not any(is_named(name, other) for other in others),
    ]
    return next((chosen for test in tests if (chosen := {name for name in names if test(name)})), set())


def _unpacked(packed: bytes, entries: Iterable[tuple[str, str, str, int]]) -> Iterable[tuple[str, bytes]]:
    """The contents in what `cat-file --batch` prints: for each a line `HASH blob SIZE`, the bytes, a line end."""
    at = 0
    for name, _kind, id_, size in entries:
        end = packed.index(b"\n", at)
        if packed[at:end] != f"{id_} blob {size}".encode():
            raise UnavailableError("unreachable", packed[at : min(end, at + 100)].decode("ascii", "replace"))
        yield name, packed[end + 1 : end + 1 + size]
        at = end + size + 2


def _moment(seconds: str) -> datetime:
    """A commit's time; one that no calendar has is as late as can be, so that it never is in time."""
    try:
        return datetime.fromtimestamp(int(seconds), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=timezone.utc)

"""Read a member's repository: its address, its newest commit, the commit of a moment, and the files of a commit.

Files are read from git's store by their hashes and never checked out, so no path, mode or attribute in the repository
has an effect on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from grader.errors import BadInputError
from grader.files import MAX_BYTES, too_large
from grader.github.git import Git, UnavailableError
from grader.intake.candidate import MAX_ARCHIVE, ArchiveMember, accepted, is_candidate, stem
from grader.intake.choice import is_named
from grader.intake.text import shown

GITHUB = "github.com"
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^\s:][^\s]*")
_PATH = re.compile(r"/[^\0\n]+|[A-Za-z]:[\\/][^\0\n]+")
_CREDENTIALS = re.compile(r"(?i)^(\s*https?://)[^/]*@")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LISTING = 16 << 20  # bytes of the list of files; 10,000 files take one or two million
_LONGEST_PATH = 4096  # bytes, as on Linux: what has a longer one is in nobody's work tree, and no archive takes it
_DEPTHS = (1, 20, 200, 2000)  # how many commits are fetched, step by step, to find the one of a moment
# All other modes are of folders or submodules.
_MODES = {"100644": "file", "100755": "file", "100664": "file", "120000": "link"}


@dataclass(frozen=True)
class Commit:
    """A commit, and the time that stands in it, which its author can choose."""

    id: str
    at: datetime


def address(text: str) -> str:
    """The address for git, made of what the roster says: a URL, or `OWNER/NAME` at GitHub."""
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
    if host == GITHUB and parts.scheme == "https":  # perhaps copied from a browser that showed a file or a folder
        owner_and_name = "/".join(parts.path.strip("/").split("/")[:2]).removesuffix(".git")
        if not _SHORT.fullmatch(owner_and_name):
            raise UnavailableError("bad-address")
        return urlunsplit((parts.scheme, parts.netloc, f"/{owner_and_name}.git", "", ""))
    return text


def without_credentials(url: str) -> str:
    """The address without the name and password that may stand before an `@`; it can be shown and stored."""
    return _CREDENTIALS.sub(r"\1", url)


def slug(url: str, host: str) -> str | None:
    """`OWNER/NAME` of a repository at `host`; None where it is on another host."""
    start = rf"(?:https?://|ssh://git@|git@){re.escape(host)}[/:]"
    match = re.fullmatch(rf"{start}([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?", url)
    return match[1] if match else None


def head(git: Git, url: str) -> str:
    """The newest commit on the default branch."""
    for line in git("ls-remote", "--quiet", "--", url, "HEAD", most=1 << 20).decode("utf-8", "replace").splitlines():
        commit, _tab, name = line.partition("\t")
        if name == "HEAD" and _COMMIT.fullmatch(commit):
            return commit
    branches = git("ls-remote", "--quiet", "--heads", "--", url, most=1 << 20)
    raise UnavailableError("other-branch" if branches.strip() else "empty")


def fetch(git: Git, url: str, commit: str, depth: int = 1) -> None:
    """Fetch one commit by its hash: the name of a branch is never part of a command."""
    if not (git.folder / "HEAD").exists():
        kind = "sha1" if len(commit) == 40 else "sha256"
        git("init", "--quiet", "--bare", "--template=", f"--object-format={kind}", ".", most=1 << 20)
    git("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", f"--depth={depth}", "--", url, commit)


def commits(git: Git, commit: str) -> Iterator[Commit]:
    """The commit and the fetched ones before it on its branch, the newest first."""
    text = git("rev-list", "--first-parent", "--timestamp", commit, "--", most=1 << 20).decode("ascii", "replace")
    for line in text.splitlines():
        seconds, _blank, id_ = line.partition(" ")
        yield Commit(id_, _moment(seconds))


def commit_of(git: Git, url: str, tip: str, moment: datetime) -> Commit:
    """The newest commit up to `tip` whose own time is not after `moment`."""
    known = 0
    for depth in _DEPTHS:
        fetch(git, url, tip, depth)
        fetched = list(commits(git, tip))
        if early := next((commit for commit in fetched if commit.at <= moment), None):
            return early
        if len(fetched) in (known, 0) or len(fetched) < depth:  # this is the whole history
            break
        known = len(fetched)
    raise UnavailableError("too-early")


class _Entry(NamedTuple):
    """A file in a commit."""

    name: str
    kind: str
    id: str
    size: int


def files(git: Git, commit: str, assignment: str | None, others: Sequence[str], where: str) -> dict[str, bytes]:
    """The contents of the files that may be the submission, by their paths in the repository."""
    entries = list(_candidates(git, commit))
    named = _of_assignment([entry.name for entry in entries], assignment, others)
    entries = [entry for entry in entries if entry.name in named]
    if not entries:
        raise UnavailableError("nothing")
    try:
        accepted((ArchiveMember(entry.name, entry.kind) for entry in entries), where)
    except BadInputError as error:
        raise UnavailableError("refused", error.what) from error
    largest = max(entry.size for entry in entries)
    if largest > MAX_BYTES:
        raise UnavailableError("refused", too_large(largest, where).what)
    if sum(entry.size for entry in entries) > MAX_ARCHIVE:
        raise UnavailableError("too-large")
    order = "".join(f"{entry.id}\n" for entry in entries).encode()
    return dict(_unpacked(git("cat-file", "--batch", stdin=order, most=MAX_ARCHIVE + _LISTING), entries))


def _candidates(git: Git, commit: str) -> Iterator[_Entry]:
    """Each file that may be a submission."""
    # A hostile commit may list the same folder a million times, so the list is limited.
    listing = git("ls-tree", "-r", "-z", "--long", "--full-tree", commit, most=_LISTING)
    for record in listing.split(b"\0"):
        facts, tab, path = record.partition(b"\t")
        if not tab or len(path) > _LONGEST_PATH:
            continue
        mode, type_, id_, size = facts.decode("ascii").split()
        name = shown(path.decode("utf-8", "replace"))
        if type_ == "blob" and mode in _MODES and is_candidate(name):
            yield _Entry(name, _MODES[mode], id_, int(size))


def _of_assignment(names: list[str], assignment: str | None, others: Sequence[str]) -> set[str]:
    """The files named after the assignment; else those in a folder named after it; else those that no other names."""
    if assignment is None:
        return set(names)
    tests: list[Callable[[str], bool]] = [
        lambda name: is_named(stem(name), assignment),
        lambda name: is_named(name.rpartition("/")[0], assignment),
        lambda name: not any(is_named(name, other) for other in others),
    ]
    return next((chosen for test in tests if (chosen := {name for name in names if test(name)})), set())


def _unpacked(packed: bytes, entries: Iterable[_Entry]) -> Iterator[tuple[str, bytes]]:
    """Take the files out of what `cat-file --batch` prints, for each: `HASH blob SIZE`, the bytes, a line end."""
    at = 0
    for entry in entries:
        end = packed.index(b"\n", at)
        if packed[at:end] != f"{entry.id} blob {entry.size}".encode():
            raise UnavailableError("unreachable", packed[at : min(end, at + 100)].decode("ascii", "replace"))
        yield entry.name, packed[end + 1 : end + 1 + entry.size]
        at = end + entry.size + 2


def _moment(seconds: str) -> datetime:
    """A commit's time. A number that is no date becomes the latest date there is, so it never counts as in time."""
    try:
        return datetime.fromtimestamp(int(seconds), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=timezone.utc)

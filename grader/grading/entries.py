"""What a folder of submissions holds: an entry for each member, and what can't be one.

Names come from members, and each becomes the name of a report, so it is looked at before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path

from grader.clean import inline
from grader.errors import BadInputError, UsageError
from grader.files import reading
from grader.i18n import _
from grader.intake import ARCHIVES, NOTEBOOK, PYTHON
from grader.intake.candidate import candidates_of_folder, is_foreign, stem
from grader.intake.text import shown
from grader.member import LONGEST_NAME, MemberName

_BESIDE = (".csv", ".json", ".md", ".toml")  # lists and notes that the staff keeps beside the submissions


@dataclass(frozen=True)
class Entry:
    """What one member handed in, and where it lies; `trouble` is why it can't be judged."""

    member: MemberName
    path: Path
    trouble: BadInputError | None = None


def entries(path: Path, assignment: str, *, apart_from: Iterable[Path] = ()) -> list[Entry]:
    """The entry at `path`, or each one in the folder, by name.

    A folder that holds what is called as the assignment is (`hw1.py`, `hw1.ipynb`, `hw1/`) is one submission.
    `apart_from` are places of ours that may lie within it.
    """
    if not path.is_dir() or any((path / f"{assignment}{end}").exists() for end in ("", PYTHON, NOTEBOOK, *ARCHIVES)):
        return [_named(path)]
    ours = {place.resolve() for place in apart_from}
    with reading(path, folder=True):
        files = [file for file in sorted(path.iterdir()) if _is_meant(file) and file.resolve() not in ours]
    if not files:
        hint = _("Each member's work lies in it as NAME.ipynb, NAME.py, NAME/ or NAME.zip.")
        raise UsageError(_("There is no submission in this folder."), where=path, hint=hint)
    return list(_told_apart([_named(file) for file in files]))


def shard_of(entries: Sequence[Entry], shard: str | None) -> list[Entry]:
    """The entries of the part `I/N`, every N-th by name: parts are of one size, and an entry is in one of them."""
    if shard is None:
        return list(entries)
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", shard)
    if match is None or int(match[1]) > int(match[2]):
        hint = _("For instance: --shard 2/4")
        raise UsageError(_("{text} is no part of a whole.").format(text=shard), hint=hint)
    return list(entries[int(match[1]) - 1 :: int(match[2])])


def changed_at(path: Path) -> datetime | None:
    """When the work that lies there was last changed, as its files say; None where there is none that can be read."""
    try:
        files = [Path(candidate.where) for candidate in candidates_of_folder(path)] if path.is_dir() else [path]
        times = [file.stat().st_mtime for file in files]
    except (OSError, BadInputError):
        return None
    return datetime.fromtimestamp(max(times), timezone.utc) if times else None


def _is_meant(path: Path) -> bool:
    """Whether a member may have handed this in."""
    return not (path.name.startswith("_") or is_foreign(path.name) or path.suffix.lower() in _BESIDE)


def _named(path: Path) -> Entry:
    """An entry under its member's name, as `grader.intake.read` has it."""
    name = shown(path.name if path.name not in ("", "..") else path.resolve().name)
    member = MemberName(name if path.is_dir() else stem(name))
    if path.is_symlink():
        hint = _("Put the file itself there.")
        return _refused(path, member, _("This is a link; links in a folder are not followed."), hint)
    if (flaw := member.flaw) is not None:
        return _refused(path, member, flaw, _("Rename it to the member's name."))
    return Entry(member, path)


def _refused(path: Path, member: str, what: str, hint: str) -> Entry:
    return Entry(MemberName(inline(member, LONGEST_NAME)), path, BadInputError(what, where=path, hint=hint))


def _told_apart(entries: list[Entry]) -> Iterator[Entry]:
    """The entries in the order of their members; of two that are called the same neither is judged."""
    entries.sort(key=_key)
    for _member, group in groupby(entries, _key):
        first, *others = group
        if not others:
            yield first
            continue
        names = ", ".join(entry.path.name for entry in (first, *others))
        what = _("There is more than one entry for {member}: {names}.").format(member=first.member, names=names)
        hint = _("Leave the one that counts, and grade again.")
        yield Entry(first.member, first.path, BadInputError(what, where=first.path.parent, hint=hint))


def _key(entry: Entry) -> str:
    return entry.member.key

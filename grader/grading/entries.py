"""What a folder of submissions holds: an entry for each member, and what can't be one.

Names come from members, and each becomes the name of a report, so it is looked at before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from grader.clean import inline, printable
from grader.errors import BadInputError, UsageError
from grader.files import reading
from grader.i18n import _
from grader.intake.candidate import ARCHIVES, NOTEBOOK, SCRIPT, is_foreign, stem
from grader.intake.text import shown

LONGEST = 200  # characters of a member's name, as the report's schema has it
_LONGEST_FILE = 240  # bytes of the same name; a file system takes 255, and an ending comes on top
_BESIDE = (".csv", ".json", ".md", ".toml")  # lists and notes that the staff keeps beside the submissions


@dataclass(frozen=True)
class Entry:
    """What one member handed in, and where it lies; `trouble` is why it can't be judged."""

    member: str
    path: Path
    trouble: BadInputError | None = None


def entries(path: Path, assignment: str, *, apart_from: Iterable[Path] = ()) -> list[Entry]:
    """The entry at `path`, or each one in the folder, by name.

    A folder that holds what is called as the assignment is (`hw1.py`, `hw1.ipynb`, `hw1/`) is one submission.
    `apart_from` are places of ours that may lie within it.
    """
    if not path.is_dir() or any((path / f"{assignment}{end}").exists() for end in ("", SCRIPT, NOTEBOOK, *ARCHIVES)):
        return [_named(path)]
    ours = {place.resolve() for place in apart_from}
    with reading(path, folder=True):
        found = [_named(each) for each in sorted(path.iterdir()) if _is_meant(each) and each.resolve() not in ours]
    if not found:
        hint = _("Each member's work lies in it as NAME.ipynb, NAME.py, NAME/ or NAME.zip.")
        raise UsageError(_("There is no submission in this folder."), where=path, hint=hint)
    return list(_told_apart(found))


def _is_meant(path: Path) -> bool:
    """Whether a member may have handed this in."""
    return not (path.name.startswith("_") or is_foreign(path.name) or path.suffix.lower() in _BESIDE)


def _named(path: Path) -> Entry:
    """An entry under its member's name, as `grader.intake.read` has it."""
    name = shown(path.name if path.name not in ("", "..") else path.resolve().name)
    member = name if path.is_dir() else stem(name)
    if path.is_symlink():
        what = _("This is a link; links in a folder are not followed.")
        return _refused(path, member, what, _("Put the file itself there."))
    if len(member) > LONGEST or len(member.encode("utf-8", "replace")) > _LONGEST_FILE:
        what = _("The name is too long to be a member's.")
        return _refused(path, member, what, _("Rename it to the member's name."))
    if printable(member) != member or "\n" in member or "\t" in member or not member.strip(". "):
        what = _("The name has something in it that can't be shown, so it can't be a member's.")
        return _refused(path, member, what, _("Rename it to the member's name."))
    return Entry(member, path)


def _refused(path: Path, member: str, what: str, hint: str) -> Entry:
    return Entry(inline(member, LONGEST), path, BadInputError(what, where=path, hint=hint))


def _told_apart(found: list[Entry]) -> Iterator[Entry]:
    """The entries in the order of their members; of two that are called the same neither is judged."""
    found.sort(key=_key)
    for _member, group in groupby(found, _key):
        same = list(group)
        if len(same) == 1:
            yield same[0]
        else:
            names = ", ".join(each.path.name for each in same)
            what = _("There is more than one entry for {member}: {names}.").format(member=same[0].member, names=names)
            hint = _("Leave the one that counts, and grade again.")
            yield Entry(same[0].member, same[0].path, BadInputError(what, where=same[0].path.parent, hint=hint))


def _key(entry: Entry) -> str:
    """Some file systems don't tell kim from Kim: neither may take the other's place."""
    return entry.member.casefold()

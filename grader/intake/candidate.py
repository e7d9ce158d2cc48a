"""The files of a folder or an archive that may be the submission, and what every archive is held to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from grader.errors import BadInputError
from grader.files import read_submitted, reading
from grader.i18n import _
from grader.intake import ARCHIVES, NOTEBOOK, PYTHON
from grader.intake.text import shown

OTHER_ARCHIVES = (".rar", ".7z", ".egg", ".alz", ".tar.bz2", ".tar.xz")
MAX_ARCHIVE = 128 << 20  # bytes of the archive: data sets lie in it beside the notebook
MAX_ENTRIES = 10_000
_MAX_DEPTH = 8
_MAX_PATH = 1000  # characters, as a report has it; in an archive a name may have any length
_FOLDER_DEPTH = 6  # below a folder that was handed in as one
# What tools leave behind, or what others wrote.
_NOT_THEIRS = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "env"})
_HELPERS = frozenset({"conftest.py", "setup.py", "__init__.py", "noxfile.py"})


@dataclass(frozen=True)
class Candidate:
    """A file that may be the submission: its name in the folder, what an error calls it, how to get its bytes."""

    name: str
    where: str
    load: Callable[[], bytes]


@dataclass(frozen=True)
class ArchiveMember:
    """What an archive says about one of its entries."""

    name: str
    kind: str  # "file", "folder", "link" or "device"


def kind(name: str) -> str:
    """`.py`, `.ipynb`, or the ending of an archive; nothing for every other file."""
    base = name.rpartition("/")[2].lower()
    endings = (PYTHON, NOTEBOOK, *ARCHIVES, *OTHER_ARCHIVES)
    return next((ending for ending in endings if base.endswith(ending) and base != ending), "")


def stem(name: str) -> str:
    """The name without folder and ending: `kim` of `week1/kim.tar.gz`."""
    base = name.rpartition("/")[2]
    return base[: len(base) - len(kind(base))] or base


def is_candidate(name: str) -> bool:
    """Whether a member may have written this file as the answer."""
    *folders, base = name.split("/")
    if kind(base) not in (PYTHON, NOTEBOOK) or len(folders) > _MAX_DEPTH or len(name) > _MAX_PATH:
        return False
    if any(map(is_foreign, folders)):
        return False
    return not (base.startswith((".", "test_")) or base.endswith("_test.py") or base in _HELPERS)


def is_foreign(folder: str) -> bool:
    """Whether nothing in a folder of this name is the member's own work."""
    return folder.startswith(".") or folder in _NOT_THEIRS


def accepted(members: Iterable[ArchiveMember], where: str) -> list[bool]:
    """Which entries are candidates; an archive that no honest program wrote is refused as a whole."""
    chosen, nested = [], False
    for count, member in enumerate(members, 1):
        if count > MAX_ENTRIES:
            raise too_many(where)
        parts = member.name.split("/")
        if ".." in parts or member.name.startswith("/") or member.name[1:2] == ":":
            raise _refused(_("It has a file in it that would lie outside of its folder: {name}."), member, where)
        if member.kind == "device":
            raise _refused(_("It has something in it that is no file: {name}."), member, where)
        candidate = member.kind != "folder" and is_candidate("/".join(part for part in parts if part not in ("", ".")))
        if candidate and member.kind == "link":
            raise _refused(_("It has a link in it where a file is needed: {name}."), member, where)
        nested = nested or kind(member.name) in (*ARCHIVES, *OTHER_ARCHIVES)
        chosen.append(candidate)
    if nested and not any(chosen):
        what = _("There is only another archive in it.")
        raise BadInputError(what, where=where, hint=_("Unpack it, and hand in the notebook itself."))
    return chosen


def too_many(where: str) -> BadInputError:
    """The refusal of a folder or archive by the number of its entries."""
    text = _("There are more than {limit} files in it.").format(limit=MAX_ENTRIES)
    return BadInputError(text, where=where, hint=_("Hand in the notebook alone."))


def damaged(where: str) -> BadInputError:
    """The refusal of an archive that ends too early, or contradicts itself."""
    return BadInputError(_("The archive is damaged."), where=where, hint=another_way())


def bomb(where: str) -> BadInputError:
    """The refusal of an archive that unpacks to more than anybody hands in."""
    text = _("The archive unpacks to far more than a submission has.")
    return BadInputError(text, where=where, hint=_("Hand in the notebook alone."))


def another_way() -> str:
    """What to do instead of handing in this archive."""
    return _("Hand in the notebook itself, or a new .zip of it.")


def _refused(text: str, member: ArchiveMember, where: str) -> BadInputError:
    return BadInputError(text.format(name=member.name[:100]), where=where, hint=another_way())


def candidates_of_folder(folder: Path) -> tuple[Candidate, ...]:
    """Every candidate below `folder`, by name; links in it are not followed."""
    candidates: list[Candidate] = []
    links: list[Path] = []
    count, waiting = 0, [(folder, "", 0)]
    while waiting:
        here, prefix, depth = waiting.pop()
        with reading(here, folder=True), os.scandir(here) as listing:
            entries = list(islice(listing, MAX_ENTRIES + 1))  # one more than there may be is enough
        count += len(entries)
        if count > MAX_ENTRIES:
            raise too_many(str(folder))
        for entry in entries:
            name, path = prefix + shown(entry.name), Path(entry.path)
            if entry.is_symlink():
                links += [path] if is_candidate(name) else []
            elif entry.is_dir(follow_symlinks=False):
                if depth < _FOLDER_DEPTH and not is_foreign(entry.name):
                    waiting.append((path, name + "/", depth + 1))
            elif is_candidate(name) and entry.is_file(follow_symlinks=False):
                candidates.append(Candidate(name, str(path), partial(read_submitted, path, follow=False)))
    if links and not candidates:
        text = _("This is a link; links in a folder are not followed.")
        raise BadInputError(text, where=links[0], hint=_("Put the file itself there."))
    return tuple(sorted(candidates, key=lambda candidate: candidate.name))

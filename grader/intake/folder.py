"""The files of a folder that may be the submission; links in it are not followed."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from grader.errors import BadInputError
from grader.files import read_submitted, reading
from grader.i18n import _
from grader.intake.candidate import MAX_ENTRIES, Candidate, is_candidate, is_foreign, too_many
from grader.intake.text import shown

_DEPTH = 6


def candidates_of_folder(folder: Path) -> tuple[Candidate, ...]:
    """Every candidate below `folder`, by name."""
    candidates: list[Candidate] = []
    links: list[Path] = []
    count = 0
    waiting = [(folder, "", 0)]
    while waiting:
        here, prefix, depth = waiting.pop()
        for entry in _entries(here):
            count += 1
            if count > MAX_ENTRIES:
                raise too_many(str(folder))
            name = prefix + shown(entry.name)
            if entry.is_symlink():
                if is_candidate(name):
                    links.append(Path(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if depth < _DEPTH and not is_foreign(entry.name):
                    waiting.append((Path(entry.path), name + "/", depth + 1))
            elif is_candidate(name) and entry.is_file(follow_symlinks=False):
                candidates.append(_candidate(Path(entry.path), name))
    if links and not candidates:
        raise BadInputError(
            _("This is a link; links in a folder are not followed."),
            where=links[0],
            hint=_("Put the file itself there."),
        )
    return tuple(sorted(candidates, key=lambda candidate: candidate.name))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with reading(folder, folder=True), os.scandir(folder) as listing:
        entries = list(islice(listing, MAX_ENTRIES + 1))
    if len(entries) > MAX_ENTRIES:
        raise too_many(str(folder))
    return entries


def _candidate(path: Path, name: str) -> Candidate:
    return Candidate(name, str(path), lambda: read_submitted(path, follow=False))

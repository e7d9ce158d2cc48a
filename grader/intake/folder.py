"""The files of a folder that may be the submission; links in it are not followed."""

from __future__ import annotations

import os
from functools import partial
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
    count, waiting = 0, [(folder, "", 0)]
    while waiting:
        here, prefix, depth = waiting.pop()
        entries = _entries(here)
        count += len(entries)
        if count > MAX_ENTRIES:
            raise too_many(str(folder))
        for entry in entries:
            name, path = prefix + shown(entry.name), Path(entry.path)
            if entry.is_symlink():
                links += [path] if is_candidate(name) else []
            elif entry.is_dir(follow_symlinks=False):
                if depth < _DEPTH and not is_foreign(entry.name):
                    waiting.append((path, name + "/", depth + 1))
            elif is_candidate(name) and entry.is_file(follow_symlinks=False):
                candidates.append(Candidate(name, str(path), partial(read_submitted, path, follow=False)))
    if links and not candidates:
        text = _("This is a link; links in a folder are not followed.")
        raise BadInputError(text, where=links[0], hint=_("Put the file itself there."))
    return tuple(sorted(candidates, key=lambda candidate: candidate.name))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """At most one entry more than there may be."""
    with reading(folder, folder=True), os.scandir(folder) as listing:
        return list(islice(listing, MAX_ENTRIES + 1))

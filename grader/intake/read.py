"""Reading what was handed in: a Python file, a notebook, a folder or an archive."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.errors import BadInputError
from grader.files import read_submitted
from grader.i18n import _
from grader.intake.candidate import ARCHIVES, NOTEBOOK, PYTHON, Candidate, kind, stem
from grader.intake.submission import Cell, Submission
from grader.intake.text import decode_text, shown
from grader.member import MemberName
from grader.report.report import Note


def read_submission(path: Path, assignment: str, asked: Collection[str] = ()) -> Submission:
    """The submission that lies at `path`.

    In a folder or an archive it is the file named after the assignment, or the only one there; of several versions
    the one in which most of `asked`, the names of functions and classes, is filled in.
    """
    file = original(path, assignment, asked)
    member = path.name if path.name not in ("", "..") else path.resolve().name
    member = MemberName(shown(member if path.is_dir() else stem(member)))
    return Submission(member, file.name, file.cells, hashlib.sha256(file.data).hexdigest(), file.notes)


@dataclass(frozen=True)
class Original:
    """The file that was handed in, as it is, and the code in it."""

    name: str
    data: bytes
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]


def original(path: Path, assignment: str, asked: Collection[str] = ()) -> Original:
    """The file that `read` reads at `path`."""
    if path.is_dir():
        from grader.intake.folder import candidates_of_folder

        return _chosen(path, candidates_of_folder(path), assignment, asked)
    ending = kind(path.name)
    if ending in ARCHIVES:
        from grader.intake.archive import MAX_ARCHIVE, candidates_of_archive

        data = read_submitted(path, limit=MAX_ARCHIVE)
        if not data:
            raise _empty(str(path))
        return _chosen(path, candidates_of_archive(data, str(path)), assignment, asked)
    if ending not in (PYTHON, NOTEBOOK) and (path.is_file() or not path.exists()):
        text = _("Only Python files (.py), notebooks (.ipynb), folders and archives (.zip, .tar.gz) can be checked.")
        raise BadInputError(text, where=path)
    name = shown(path.name)
    data = read_submitted(path)
    return Original(name, data, *_cells(data, name, str(path)))


def _chosen(path: Path, found: tuple[Candidate, ...], assignment: str, asked: Collection[str]) -> Original:
    from grader.intake.choice import Work, choose

    def opened(each: Candidate) -> Work:
        data = b""
        try:
            data = each.load()
            cells, notes = _cells(data, each.name, each.where)
        except BadInputError as error:
            return Work(each, data or each.name.encode(), error=error)
        return Work(each, data, cells, notes)

    work, notes = choose(found, assignment, asked, opened, str(path))
    return Original(work.found.name, work.data, work.cells, (*notes, *work.notes))


def _cells(data: bytes, name: str, where: str) -> tuple[tuple[Cell, ...], tuple[Note, ...]]:
    text = decode_text(data, where)
    if not text.strip():
        raise _empty(where)
    if kind(name) == NOTEBOOK or _looks_like_notebook(text):
        from grader.intake.notebook import cells_of_notebook

        return cells_of_notebook(text, name, where)
    from grader.intake.script import cells_of_script

    return cells_of_script(text, name, where)


def _looks_like_notebook(text: str) -> bool:
    """A notebook that was given another ending."""
    start = text[:200].lstrip()
    return start[:1] == "{" and '"nbformat"' in text and ('"cells"' in text or '"worksheets"' in text)


def _empty(where: str) -> BadInputError:
    return BadInputError(_("The file is empty."), where=where, hint=_("Save your work there and check again."))

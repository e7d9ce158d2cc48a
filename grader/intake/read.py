"""Reading what was handed in: a Python file, a notebook, or a folder with one of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.errors import BadInputError
from grader.i18n import _
from grader.intake.notebook import cells_of_notebook
from grader.intake.submission import Cell, Submission

MAX_BYTES = 32 << 20
SUFFIXES = (".py", ".ipynb")


def read(path: Path, assignment: str) -> Submission:
    """The submission that lies at `path`; in a folder the file named after the assignment, or the only one there."""
    file = choose(path, assignment) if path.is_dir() else path
    data = contents(file)
    text = decode(data, file)
    if not text.strip():
        raise BadInputError(_("The file is empty."), where=file, hint=_("Save your work there and check again."))
    if file.suffix == ".ipynb":
        cells, notes = cells_of_notebook(text, file)
    else:
        cells, notes = (Cell(file.name, text),), ()
    member = path.name if path.is_dir() else path.stem
    return Submission(member, file.name, cells, hashlib.sha256(data).hexdigest(), notes)


def choose(folder: Path, assignment: str) -> Path:
    """The file of a folder that is meant."""
    for suffix in SUFFIXES:
        if (folder / f"{assignment}{suffix}").is_file():
            return folder / f"{assignment}{suffix}"
    found = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and file.is_file())
    if len(found) == 1:
        return found[0]
    hint = _("Name the file: d2d check {assignment} FILE").format(assignment=assignment)
    if not found:
        raise BadInputError(_("There is no Python file and no notebook in this folder."), where=folder, hint=hint)
    names = ", ".join(file.name for file in found[:5])
    raise BadInputError(_("Several files could be meant: {names}.").format(names=names), where=folder, hint=hint)


def contents(file: Path) -> bytes:
    """The bytes of a regular file, bounded before they are read."""
    if file.suffix not in SUFFIXES:
        raise BadInputError(_("Only Python files (.py) and notebooks (.ipynb) can be checked."), where=file)
    try:
        if not file.is_file():
            known = file.exists()
            raise BadInputError(_("This is no file.") if known else _("There is no such file."), where=file)
        size = file.stat().st_size
        if size > MAX_BYTES:
            text = _("The file has {size} MB; at most {limit} MB are read.")
            raise BadInputError(text.format(size=size >> 20, limit=MAX_BYTES >> 20), where=file)
        return file.read_bytes()
    except OSError as error:
        raise BadInputError(_("The file can't be read: {reason}.").format(reason=error.strerror), where=file) from error


def decode(data: bytes, file: Path) -> str:
    """The text of a file in UTF-8 (with or without a byte order mark) or CP949, as older Windows editors write."""
    if b"\0" not in data:
        for encoding in ("utf-8-sig", "cp949"):
            try:
                return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError:
                continue
    raise BadInputError(
        _("The file holds no text that can be read."),
        where=file,
        hint=_("Save it again as UTF-8, or export it from the notebook once more."),
    )

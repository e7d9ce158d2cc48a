"""Reading what was handed in: a Python file, a notebook, a folder or an archive; and waiting until it is saved."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.errors import BadInputError
from grader.files import read_submitted
from grader.i18n import _
from grader.intake import ARCHIVES, NOTEBOOK, PYTHON, Cell, Submission, reader
from grader.intake.candidate import MAX_ARCHIVE, Candidate, another_way, candidates_of_folder, kind, stem
from grader.intake.text import decode_text, shown
from grader.member import MemberName
from grader.report.report import Note

_UNREADABLE = (b"Rar!", b"7z\xbc\xaf", b"ALZ\x01", b"EGGA", b"BZh", b"\xfd7zXZ")  # how other archives begin
_LITTLE = 256 << 10  # bytes that take less to read, whatever they are, than a process takes to start
_IDLE = 0.05  # seconds between two looks: often enough to feel immediate, rarely enough for a laptop's battery
_SETTLING = 0.01  # an editor empties a file and then writes it: so long must it stay the same
FileState = tuple[tuple[str, int, int, int], ...] | None


@dataclass(frozen=True)
class Original:
    """The file that was handed in, as it is, and the code in it."""

    name: str
    data: bytes
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]


def read_submission(path: Path, assignment: str, asked: Collection[str] = ()) -> Submission:
    """The submission that lies at `path`.

    In a folder or an archive it is the file named after the assignment, or the only one there; of several versions
    the one in which most of `asked`, the names of functions and classes, is filled in.
    """
    file = original(path, assignment, asked)
    member = path.name if path.name not in ("", "..") else path.resolve().name
    member = MemberName(shown(member if path.is_dir() else stem(member)))
    return Submission(member, file.name, file.cells, hashlib.sha256(file.data).hexdigest(), file.notes)


def read_within_limits(path: Path, assignment: str, asked: Collection[str] = ()) -> Submission:
    """`read_submission`, in a process with limits unless there is little to read."""
    if path.is_file() and kind(path.name) in (PYTHON, NOTEBOOK) and path.stat().st_size <= _LITTLE:
        return read_submission(path, assignment, asked)
    from grader.apart import Apart

    try:
        with Apart() as apart:
            return apart.call(read_submission, path, assignment, asked)
    except BadInputError as error:
        error.where = error.where or str(path)
        raise


def original(path: Path, assignment: str, asked: Collection[str] = ()) -> Original:
    """The file that `read_submission` reads at `path`."""
    ending = kind(path.name)
    if path.is_dir():
        return _chosen(path, candidates_of_folder(path), assignment, asked)
    if ending in ARCHIVES:
        data = read_submitted(path, limit=MAX_ARCHIVE)
        return _chosen(path, _candidates_of_archive(data, str(path)), assignment, asked)
    if ending not in (PYTHON, NOTEBOOK) and (path.is_file() or not path.exists()):
        text = _("Only Python files (.py), notebooks (.ipynb), folders and archives (.zip, .tar.gz) can be checked.")
        raise BadInputError(text, where=path)
    name, data = shown(path.name), read_submitted(path)
    return Original(name, data, *_cells(data, name, str(path)))


def _candidates_of_archive(data: bytes, where: str) -> tuple[Candidate, ...]:
    """The candidates in an archive, whose first bytes say what it is: the ending of its name may be wrong."""
    if not data:
        raise _empty(where)
    if data.startswith(_UNREADABLE):
        raise BadInputError(_("This kind of archive can't be read."), where=where, hint=another_way())
    candidates: tuple[Candidate, ...] = reader(".zip" if data.startswith(b"PK") else ".tar")(data, where)
    return candidates


def _chosen(path: Path, candidates: tuple[Candidate, ...], assignment: str, asked: Collection[str]) -> Original:
    from grader.intake.choice import Work, choose

    def opened(candidate: Candidate) -> Work:
        data = b""
        try:
            data = candidate.load()
            return Work(candidate, data, *_cells(data, candidate.name, candidate.where))
        except BadInputError as error:
            return Work(candidate, data or candidate.name.encode(), error=error)

    work, notes = choose(candidates, assignment, asked, opened, str(path))
    return Original(work.candidate.name, work.data, work.cells, (*notes, *work.notes))


def _cells(data: bytes, name: str, where: str) -> tuple[tuple[Cell, ...], tuple[Note, ...]]:
    text = decode_text(data, where)
    if not text.strip():
        raise _empty(where)
    is_notebook = kind(name) == NOTEBOOK or _looks_like_notebook(text)
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]
    cells, notes = reader(NOTEBOOK if is_notebook else PYTHON)(text, name, where)
    return cells, notes


def _looks_like_notebook(text: str) -> bool:
    """Whether this is a notebook that was given another ending."""
    start = text[:200].lstrip()
    return start[:1] == "{" and '"nbformat"' in text and ('"cells"' in text or '"worksheets"' in text)


def _empty(where: str) -> BadInputError:
    return BadInputError(_("The file is empty."), where=where, hint=_("Save your work there and check again."))


def state_of(path: Path) -> FileState:
    """What changes whenever the file, or a file of the folder, is saved; None while it can't be read."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        stats = [(file.name, file.stat()) for file in files]
    except OSError:  # an editor is just putting its new file in place of the old
        return None
    return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats)


def wait_for_save(path: Path, before: FileState) -> None:
    """Return once `path` differs from `before` and has stopped changing."""
    while (now := state_of(path)) == before:
        time.sleep(_IDLE)
    time.sleep(_SETTLING)
    while (later := state_of(path)) != now:
        now = later
        time.sleep(_SETTLING)

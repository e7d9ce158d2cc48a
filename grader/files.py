"""Where files are read and written: what goes wrong is a `FileError`, which says what, where and why."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import FileError, NoRoomError, UsageError
from grader.i18n import _

MAX_BYTES = 32 << 20  # 23 of 96 real notebooks were larger than 1 MB, none than 4
UNFINISHED = ".d2d-"  # how the name of a file begins while it is being written
_CHUNK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, a user's share of it, what a file may hold (ulimit)
# A FIFO without a writer would keep `open` for ever, and a terminal must not become ours. Windows has neither.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


def read_submitted(path: Path, *, follow: bool = True, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file that did not change meanwhile; a link is followed only where a person named it."""
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    with reading(path):
        # Before it is opened, too: opening a device can already do something.
        if not stat.S_ISREG(os.stat(path, follow_symlinks=follow).st_mode):  # noqa: PTH116 — 3.10's takes no keyword
            raise FileError(_("This is no file."), where=path)
        descriptor = os.open(path, flags)
        try:
            return _read_regular(descriptor, path, limit)
        finally:
            os.close(descriptor)


def read_named(path: Path, *, limit: int, too_long: str | None = None, hint: str | None = None) -> bytes:
    """The bytes of what a person named, which may be a pipe; `too_long` says that it has more than `limit`."""
    with reading(path, hint), path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise FileError(too_long or _("The file is too large."), where=path, hint=hint)
    return data


def read_text(file: Path) -> str:
    """The text of a file that an author wrote, in UTF-8."""
    with reading(file):
        try:
            return file.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise FileError(_("The file can't be read: {reason}.").format(reason=error), where=file) from error


def too_large(size: int, where: str | Path, limit: int = MAX_BYTES) -> FileError:
    """The refusal of a file by its size."""
    text = _("The file has {size} MB; at most {limit} MB are read.")
    hint = _("Clear the outputs of the notebook (Edit → Clear all outputs), save it and try again.")
    return FileError(text.format(size=-(-size >> 20), limit=limit >> 20), where=where, hint=hint)


def write_whole(path: Path, data: bytes | str, *, mode: int | None = None, lasting: bool = False) -> None:
    """`data` as the file `path`, whole or not at all: it is written beside its place and then put into it.

    Missing folders are made. Without a `mode` the file has the rights of any new file. A `lasting` file is there
    even if the machine loses its power right after. A pipe or a device such as /dev/null is written to in its place.
    """
    import tempfile

    data = data.encode("utf-8") if isinstance(data, str) else data
    with writing_to(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if lasting:
                    os.fsync(descriptor)
            Path(name).chmod(_usual_mode() if mode is None else mode)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        if lasting:
            _sync_folder(path.parent)


def write_new(path: Path, data: bytes, mode: int) -> None:
    """A file that must not be there yet, with its rights from the first byte on, safely on the disk."""
    with writing_to(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)


def append(path: Path, text: str) -> None:
    """Add `text` to the end of a file; with no text, only find out whether that is possible, and leave nothing."""
    only_asked = not text and not os.path.lexists(path)
    with writing_to(path):
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
        if only_asked:
            path.unlink()


@contextmanager
def reading(path: Path, hint: str | None = None, *, folder: bool = False) -> Iterator[None]:
    """Failures to read `path` become a `FileError`."""
    if "\0" in str(path):
        raise FileError(_("There is no such file."), where=repr(str(path)), hint=hint)
    try:
        yield
    except FileNotFoundError as error:
        raise FileError(_("There is no such file."), where=path, hint=hint) from error
    except OSError as error:
        text = _("The folder can't be read: {reason}.") if folder else _("The file can't be read: {reason}.")
        raise FileError(text.format(reason=_reason(error)), where=path, hint=hint) from error


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Failures to write `path` become a `FileError`; a full disk a `NoRoomError`, for it is nobody's mistake."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoomError(not_written(error), where=path, hint=_("Make room there, then try again.")) from error
        raise FileError(not_written(error), where=path) from error


def not_written(error: OSError) -> str:
    """What is said of a failure to write."""
    return _("This can't be written: {reason}.").format(reason=_reason(error))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder and keep other runs of d2d out of it meanwhile: each would undo what the other has begun."""
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # it has no such locks
        yield
        return
    import fcntl

    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go when a process ends
        except BlockingIOError as error:
            what = _("Another run of d2d is writing to this folder.")
            raise UsageError(what, where=folder, hint=_("Wait until it has ended, or name another folder.")) from error
        yield
    finally:
        os.close(lock)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _read_regular(descriptor: int, path: Path, limit: int) -> bytes:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):  # what was a file a moment ago
        raise FileError(_("This is no file."), where=path)
    if before.st_size > limit:
        raise too_large(before.st_size, path, limit)
    data = bytearray()
    while part := os.read(descriptor, _CHUNK):
        data += part
        if len(data) > limit:
            raise too_large(len(data), path, limit)
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        hint = _("Wait until it is saved, then try again.")
        raise FileError(_("The file changed while it was read."), where=path, hint=hint)
    return bytes(data)


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

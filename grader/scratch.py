"""Folders of this process in the temporary folder: gone when it is done, or at the next start of d2d if it was killed.

Their owner holds a lock on each, which the system takes away when a process ends, however it ends. So a folder with a
name of ours that nobody holds was left behind. Windows has no such locks: what is left there stays.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import FileError, OurFaultError
from grader.files import writing_to
from grader.i18n import _
from grader.worker.leftovers import empty, remove
from grader.worker.opened import is_opened, open_folder

if sys.platform != "win32":
    import fcntl

OWNER = "D2D_SCRATCH"  # in the environment of a process that works in such a folder and may outlive its owner
# No person calls a folder of theirs so, whatever else of that person's lies beside it.
_NAME = re.compile(r"d2d-[a-z]+-\d+-[a-z0-9_]{8}")
_TRIES = 20  # a process that was just killed may still write for a moment


class Scratch:
    """A folder of this process alone, called after what it is for; whoever makes it closes it."""

    def __init__(self, kind: str) -> None:
        sweep_scratch()
        self._closed = False
        place = _place()
        with _ours(), writing_to(place):
            lock = None
            while lock is None:  # a sweep may take a folder away in the moment before it is held
                self.path = Path(tempfile.mkdtemp(prefix=f"d2d-{kind}-{os.getpid()}-", dir=place))
                lock = _lock_of(self.path)
            self.descriptor = lock  # of the folder itself, whatever its path has come to lead to; 0 on Windows

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder and all that is in it; should that fail, a later start does it."""
        if not self._closed:
            self._closed = True
            _remove(str(self.path), self.descriptor)
            if self.descriptor:
                os.close(self.descriptor)

    @property
    def is_there(self) -> bool:
        """Whether its path still leads to it; a program that may write around it can give it another name."""
        return is_opened(self.descriptor, str(self.path))


@contextmanager
def _ours() -> Iterator[None]:
    """A temporary folder that can't be written to is no mistake in what was handed in or typed."""
    try:
        yield
    except FileError as error:
        hint = _("TMPDIR names the folder for temporary files.")
        raise OurFaultError(error.what, where=error.where, hint=hint) from error


def sweep_scratch() -> None:
    """Remove the folders whose owners are gone, and end what these have left running there."""
    with suppress(OSError):
        for entry in list(os.scandir(_place())):
            with suppress(OSError):  # it is held, or somebody else who starts now removes it
                if _NAME.fullmatch(entry.name):
                    _clear(entry.path)


def _place() -> Path:
    """The folder that TMPDIR names, also when it is full; Python would go to another, or to the current folder."""
    named = os.environ.get("TMPDIR")
    if named and tempfile.tempdir is None and Path(named).is_dir() and os.access(named, os.W_OK | os.X_OK):
        return Path(named).absolute()
    return Path(tempfile.gettempdir())


def _lock_of(folder: Path) -> int | None:
    """The lock on a new folder; None where a sweep was faster and took the folder away."""
    if sys.platform == "win32":
        return 0
    try:
        lock = open_folder(str(folder))
    except FileNotFoundError:
        return None
    with suppress(OSError):  # where there are no locks, no sweep gets one either
        fcntl.flock(lock, fcntl.LOCK_EX)
    if is_opened(lock, str(folder)):
        return lock
    os.close(lock)
    return None


def _clear(folder: str) -> None:
    """Remove a folder that nobody holds."""
    if sys.platform == "win32":
        return
    lock = open_folder(folder)
    try:
        # Only our own: in a shared temporary folder anybody can make a folder of that name.
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _end_strays(folder)
            _remove(folder, lock)
    finally:
        os.close(lock)


def _remove(folder: str, opened: int) -> None:
    """Remove what is in the open folder, and then what is in its place, which a program may have changed for a link."""
    for _try in range(_TRIES):
        with suppress(OSError):
            if sys.platform == "win32":
                remove(folder)
            else:
                empty(opened)
                try:
                    Path(folder).rmdir()
                except NotADirectoryError:
                    Path(folder).unlink()
        if not os.path.lexists(folder):
            return
        time.sleep(0.05)


def _end_strays(folder: str) -> None:
    """End the processes that carry the name of the folder in their environment."""
    mark = f"{OWNER}={folder}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended, or is another user's
            if mark in environment.read_bytes().split(b"\0"):
                os.kill(int(environment.parent.name), signal.SIGKILL)

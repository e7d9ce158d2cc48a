"""A gradebook on a disk that can only be read: what it was at one moment, in a copy."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import D2DError
from grader.files import reading
from grader.gradebook.storage import BUSY_SECONDS, RETRY_SECONDS, in_use
from grader.scratch import Scratch


@contextmanager
def to_read(path: Path) -> Iterator[Path]:
    """A gradebook that is to be read only: where nothing can be written beside it, a copy that is gone afterwards.

    SQLite writes beside a file in WAL also to read it, and what others wrote last may be in the file beside it alone.
    """
    if not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        yield path
        return
    with Scratch("book") as folder:
        copy = folder / path.name
        until = time.monotonic() + BUSY_SECONDS
        with reading(path):
            while not _copied(path, copy):
                if time.monotonic() > until:
                    raise in_use(path)
                time.sleep(RETRY_SECONDS)
        try:
            yield copy
        except D2DError as error:
            if error.where == str(copy):
                error.where = str(path)
            raise


def _copied(path: Path, copy: Path) -> bool:
    """Copy a gradebook and what SQLite keeps beside it; whether all of it stayed the same meanwhile."""
    beside = [path.with_name(path.name + ending) for ending in ("", "-wal", "-journal")]

    def states() -> list[tuple[int, int] | None]:
        there = [file.stat() if file.exists() else None for file in beside]
        return [state and (state.st_size, state.st_mtime_ns) for state in there]

    before = states()
    for file in beside:
        target = copy.with_name(file.name)
        if file.exists():
            shutil.copyfile(file, target)  # not its rights: the copy is written to
        else:
            target.unlink(missing_ok=True)
    return states() == before

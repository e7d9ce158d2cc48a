"""The bytes of one file: a regular one, bounded, the same from beginning to end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from grader.errors import BadInputError
from grader.i18n import _

MAX_BYTES = 32 << 20  # 23 of 96 real notebooks were larger than 1 MB, none than 4
_CHUNK = 1 << 20
# A FIFO without a writer would keep `open` for ever, and a terminal must not become ours. Windows has neither.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


def contents(path: Path, *, follow: bool = True, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file; a link is followed only where a person named it."""
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    try:
        # Before it is opened, too: opening a device can already do something.
        if not stat.S_ISREG(os.stat(path, follow_symlinks=follow).st_mode):  # noqa: PTH116 — 3.10's takes no keyword
            raise BadInputError(_("This is no file."), where=path)
        descriptor = os.open(path, flags)
        try:
            return _whole(descriptor, path, limit)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise BadInputError(_("There is no such file."), where=path) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadInputError(_("The file can't be read: {reason}.").format(reason=reason), where=path) from error
    except ValueError as error:  # a NUL byte in the name
        raise BadInputError(_("There is no such file."), where=repr(str(path))) from error


def too_large(size: int, where: str | Path, limit: int = MAX_BYTES) -> BadInputError:
    """The refusal of a file by its size."""
    text = _("The file has {size} MB; at most {limit} MB are read.")
    hint = _("Clear the outputs of the notebook (Edit → Clear all outputs), save it and try again.")
    return BadInputError(text.format(size=-(-size >> 20), limit=limit >> 20), where=where, hint=hint)


def _whole(descriptor: int, path: Path, limit: int) -> bytes:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):  # what was a file a moment ago
        raise BadInputError(_("This is no file."), where=path)
    if before.st_size > limit:
        raise too_large(before.st_size, path, limit)
    data = bytearray()
    while part := os.read(descriptor, _CHUNK):
        data += part
        if len(data) > limit:
            raise too_large(len(data), path, limit)
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise BadInputError(
            _("The file changed while it was read."),
            where=path,
            hint=_("Wait until it is saved, then try again."),
        )
    return bytes(data)

"""The standard streams, whatever they are: closed, on a full disk, or at a reader that has gone."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

NAMES = ("stdin", "stdout", "stderr")


def open_streams() -> tuple[str, ...]:
    """Give each stream that is closed a place to go, and say which were; no file that is opened later gets its number.

    A sentence on standard error that nobody can read keeps no command from its end.
    """
    closed = tuple(name for name in NAMES if getattr(sys, name) is None)
    for name in closed:
        number = NAMES.index(name)
        stream = open(os.devnull, "w" if number else "r", encoding="utf-8")  # noqa: SIM115, PTH123 — for the whole process
        with suppress(OSError):
            if not _is_open(number):
                os.dup2(stream.fileno(), number)
            elif stream.fileno() == number:  # it was the lowest that was free
                os.set_inheritable(number, True)
        setattr(sys, name, stream)
    sys.stderr = _Complaints(sys.stderr)
    return closed


def lost_output(failure: Exception) -> str | None:
    """Why nothing can be printed on standard output, if that is what `failure` came from; a line's end is tried."""
    if not isinstance(failure, OSError) or failure.filename is not None:
        return None
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 — Python flushes it at its end
        return error.strerror or type(error).__name__
    return None


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class _Complaints:
    """Standard error; what can't be written to it is lost."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

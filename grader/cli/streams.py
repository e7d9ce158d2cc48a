"""The standard streams, whatever they are: closed, on a full disk, or at a reader that has gone."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

NAMES = ("stdin", "stdout", "stderr")


def open_streams() -> tuple[str, ...]:
    """Give each stream that is closed a place to go, and say which were; no file that is opened later gets its number.

    A sentence on standard error that nobody can read keeps no command from its end, and so does a result on standard
    output whose reader has left, as `head` does: the exit code still says how it went.
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
    if "stdout" not in closed:
        sys.stdout = _kept_open(sys.stdout)
    return closed


def reader_has_left() -> bool:
    """Whether something was printed on standard output that nobody reads any more."""
    return isinstance(sys.stdout, _Results) and sys.stdout.outlet.reader_has_left


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


class _Outlet(io.FileIO):
    """The end of a pipe; what is written to it after its reader has left is lost."""

    reader_has_left = False

    def write(self, data: Any, /) -> int:
        if not self.reader_has_left:
            try:
                return super().write(data)
            except BrokenPipeError:
                self.reader_has_left = True
        return memoryview(data).nbytes


class _Results(io.TextIOWrapper):
    """Standard output as it was, over such an outlet."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self.outlet = _Outlet(stream.fileno(), "wb", closefd=False)
        settings = {name: getattr(stream, name) for name in ("encoding", "errors", "line_buffering", "write_through")}
        super().__init__(io.BufferedWriter(self.outlet), newline="\n" if os.linesep == "\n" else None, **settings)

    @property
    def name(self) -> str:
        return "<stdout>"


def _kept_open(stream: TextIO) -> TextIO:
    """The stream over an outlet, where it is a plain file or a pipe; a Windows console stays as it is."""
    binary = getattr(stream, "buffer", None)
    is_plain = isinstance(stream, io.TextIOWrapper) and isinstance(getattr(binary, "raw", binary), io.FileIO)
    return _Results(stream) if is_plain else stream  # type: ignore[arg-type]


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

r"""What a job of GitHub Actions prints and hands on. The runner reads the log, and obeys some of its lines.

A line that begins with `::name` is a command to the runner, and so is `##[name]` anywhere in a line: it could set
variables, hide lines or forge an error. So a visible space is put into both wherever they are printed. An invisible
character would not be enough: the runner may compare texts by rules that ignore it. Only `command` makes commands.

    >>> neutral("::set-env name=PATH::x\nsaid ##[error]x")
    ': :set-env name=PATH::x\nsaid ## [error]x'
    >>> command("error", "50 %\n::x", file="a,b:c.py", line=3)
    '::error file=a%2Cb%3Ac.py,line=3::50 %25%0A::x'
"""

from __future__ import annotations

import atexit
import io
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from grader.clean import inline, printable
from grader.files import append
from grader.i18n import _
from grader.render import words
from grader.report.report import CaseResult, Report, Verdict, Where

MOST_ANNOTATIONS = 10  # GitHub shows so many of one step
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Between the signs may stand characters that the comparison ignores: anything but visible ASCII.
_AT_START = re.compile(r"^([^!-~\n]*:)([^!-~\n]*:)", re.MULTILINE)
_ANYWHERE = re.compile(r"(#[^ -~\n]*#)([^ -~\n]*\[)")
_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def neutral(text: str) -> str:
    """`text` with no line in it that the runner would obey."""
    return _ANYWHERE.sub(r"\1 \2", _AT_START.sub(r"\1 \2", _LINE_ENDS.sub("\n", text)))


def command(name: str, message: str, **properties: str | int) -> str:
    """A command to the runner, with every value escaped by its rules."""
    given = ",".join(f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items())
    return f"::{name}{' ' if given else ''}{given}::{_escaped(message, _MESSAGE)}"


def complaints(report: Report, locate: Callable[[Where], tuple[str, int | None]]) -> Iterator[str]:
    """An error for each section that is not right, at a line of the student's own file where it is known."""
    wrong = filter(None, (_most_telling(section.cases) for section in report.sections))
    for case in sorted(wrong, key=lambda case: case.where is None)[:MOST_ANNOTATIONS]:
        message = printable("\n".join(filter(None, [case.message, words.hint(case)])), 1000)
        title = inline(f"{report.assignment} · {case.section}: {words.title(case)}", 200)
        place: dict[str, str | int] = {}
        if case.where is not None:
            file, line = locate(case.where)
            place = {"file": printable(file, 500).replace("\n", " ")} | ({} if line is None else {"line": line})
        yield command("error", message or title, **place, title=title)


def add_summary(markdown: str) -> bool:
    """Add to the job's summary; False where no runner asks for one."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if name:
        append(Path(name), markdown)
    return bool(name)


def set_output(name: str, value: str) -> None:
    """Set an output of the step: a single line, so that it can't become another output."""
    assert "\n" not in value
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        append(Path(file), f"{name}={value}\n")


def feedback_note() -> str:
    """What a member must know about a check in their own repository."""
    return _("This is feedback by the public cases, not a score: the score comes from the staff's own run.")


@contextmanager
def stopped(stream: TextIO | Log) -> Iterator[None]:
    """Inside this context the runner obeys no line, until it reads a random word."""
    word = secrets.token_hex(32)
    give(stream, f"::stop-commands::{word}")
    try:
        yield
    finally:
        give(stream, f"::{word}::")


def give(stream: TextIO | Log, text: str) -> None:
    """Write a command so that `neutral` does not change it."""
    stream.flush()
    raw = stream.raw if isinstance(stream, Log) else stream
    raw.write(text + "\n")
    raw.flush()


def guard() -> None:
    """From now on the runner obeys nothing that this process prints."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # Output that a step redirects to a file is data, not a log: it stays as it is.
        if stream is not None and not _is_file(stream):
            log = Log(stream)
            atexit.register(log.finish)
            setattr(sys, name, log)


class Log:
    """A stream to the runner's log. It writes whole lines, since a command is known by how a line begins."""

    def __init__(self, stream: TextIO) -> None:
        self.raw = stream
        self.buffer = _Bytes(self)
        self._line: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """The other attributes of a stream: encoding, descriptor, …."""
        return getattr(self.raw, name)

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        lines, end, rest = text.rpartition("\n")
        if end:
            self.raw.write(neutral("".join([*self._line, lines, end])))
            self._line = []
        if rest:
            self._line.append(rest)
        return len(text)

    def flush(self) -> None:
        self.raw.flush()

    def finish(self) -> None:
        """Write the last line, even if it has no end."""
        if self._line:
            self.write("\n")
        self.flush()


class _Bytes(io.RawIOBase):
    """The same stream for callers that write bytes."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._log.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def flush(self) -> None:
        self._log.flush()


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # it has no descriptor
        return False


def _most_telling(cases: tuple[CaseResult, ...]) -> CaseResult | None:
    """The case that says most about what is wrong in a section; None where nothing is wrong or nothing is written."""
    wrong = [case for case in cases if case.verdict not in (Verdict.PASSED, Verdict.SKIPPED, Verdict.MISSING)]
    return min(wrong, key=lambda case: (case.where is None, case.hint is None), default=None)


def _escaped(text: str, table: dict[str, str]) -> str:
    text = _ANYWHERE.sub(r"\1 \2", text)  # the runner may look for `##[` first
    for sign, code in table.items():  # the percent sign is first, so no code is escaped again
        text = text.replace(sign, code)
    return text

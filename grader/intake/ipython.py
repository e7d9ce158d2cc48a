"""IPython's own syntax in a cell: found by IPython's rules, set aside, never run.

IPython's transformer itself is not asked: importing it costs 90 ms of the half second that a check may take, it
reads the whole cell anew for each line that it changes (500 at most, then it gives up), and it would rewrite the
lines into calls that are not to run anyway. A test holds this module to it, line for line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.clean import first_few
from grader.i18n import _
from grader.intake.text import may_have_ipython
from grader.report.report import Note, Where

_CELL_MAGIC = re.compile(r"%%(\w+)(?!\w|\?)")
# A cell that is written to a file, as IPython itself puts it in Python; what imports the file is to find it.
_WRITTEN = frozenset({"writefile", "file"})
# Cells whose body is Python run in the notebook's own namespace. `%%timeit` is not one: its names are lost.
_PYTHON_CELLS = frozenset({"time", "capture", "prun"})
_TIMED = re.compile(r"[ \t]*%time[ \t]+(?=[^\s])")  # what it measures runs in the notebook's own namespace
_ESCAPES = frozenset("!%?,;/")
_COMMAND = re.compile(r"[!%?,;/]{1,2}[ \t]*[\w.\-]*")
_ASSIGNED = re.compile(r"=[ \t]*(?=!|%[^\W\d])")
# A question at the end of a line, read backwards: from its end there is one place to begin, and no name is read twice.
_HELP = re.compile(r"[ \t]*\?\??(?:(?:\][0-9]+-?\[)+(?=[\w*])|[\w*]+(?<!\d)\.)*[\w*]+(?<!\d)%{0,2}")
_INDENT = re.compile(r"[ \t]*")
_SHELL_LINE = re.compile(r"(?:[^\n]*\\\n)*[^\n]*\n?")
_IPYTHON_CALL = "get_ipython()"
_PROMPTS = (
    (re.compile(r"\A\s*>>>(?: |$)", re.MULTILINE), re.compile(r"^(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)),
    (
        re.compile(r"\A\s*In \[\d+\]: ", re.MULTILINE),
        re.compile(r"^(?:In \[\d+\]: |[ \t]*\.{3,}: ?)", re.MULTILINE),
    ),
)
# What decides where a logical line ends, and whether an `=` in it is an assignment.
_TOKEN = re.compile(
    r"""(?P<triple>\"{3}|'{3}) | (?P<quote>["']) | (?P<open>[\[({]) | (?P<close>[\])}])
    | (?P<comment>\#[^\n]*) | (?P<joined>\\\n) | (?P<end>\n) | [=!<>+\-*/%&|^@:]{1,2}= | (?P<assign>=)""",
    re.VERBOSE,
)
# Where a string may end, one look at a character: an expression for the whole string could be made to backtrack.
_ENDS = {
    quote: re.compile(rf"\\(?s:.)|{quote}" + (r"|\n" if len(quote) == 1 else ""))
    for quote in ('"', "'", '"' * 3, "'" * 3)
}
_SHOWN = 5  # commands that a note names
_COMMAND_LENGTH = 100  # characters of one: a note of a megabyte makes a report that nobody can read
_HELP_LENGTH = 200  # a name asked about is no longer
# Our own commands in a notebook need no remark that they did not run.
_OURS = re.compile(r"%(?:d2d\b|(?:re)?load_ext[ \t]+grader\b)")
# Nor does the cell that fetches d2d and the course, and then loads it.
_LOADS = re.compile(r"^[ \t]*%(?:re)?load_ext[ \t]+grader\b", re.MULTILINE)
_OURS_OR_FETCHES = re.compile(rf"{_OURS.pattern}|[%!]{{1,2}}[ \t]*(?:[\w.-]+[ \t]+)*?(?:install|clone)\b")


@dataclass(frozen=True)
class Aside:
    """A line that is for the notebook itself: where it begins, and its first word (arguments may hold a password)."""

    line: int
    command: str


@dataclass(frozen=True)
class Python:
    """What Python there is in a cell, every line with the number that it had."""

    source: str
    aside: tuple[Aside, ...] = ()
    magic: str | None = None  # the whole cell is for this: another language, say
    writes: bool = False  # the whole cell is a file that is to be written


def python_of(source: str) -> Python:
    """The cell with IPython's own syntax emptied."""
    if not may_have_ipython(source):
        return Python(source)
    source = _unprompted(_unindented(source))
    body = source.lstrip()
    aside = []
    if magic := _CELL_MAGIC.match(body):
        if magic[1] in _WRITTEN:
            return Python(_writing(source, body), writes=True)
        if magic[1] not in _PYTHON_CELLS:
            return Python("\n" * source.count("\n"), magic=magic[0][:_COMMAND_LENGTH])
        line = source.count("\n", 0, len(source) - len(body)) + 1
        aside.append(Aside(line, magic[0][:_COMMAND_LENGTH]))
        _first, newline, rest = body.partition("\n")
        source = source[: len(source) - len(body)] + newline + rest
    kept, line = [], 1
    ours = _OURS_OR_FETCHES if _LOADS.search(source) else _OURS
    for text, command in logical_lines(source):
        if command:
            indent = _INDENT.match(text)[0]  # type: ignore[index]
            if timed := _TIMED.match(text):
                kept.append(indent + text[timed.end() :])
            else:
                if not ours.match(text.lstrip()):
                    aside.append(Aside(line, command))
                kept.append((indent + "pass" if indent else "") + "\n" * text.count("\n"))
        else:
            kept.append(text)
        line += text.count("\n")
    return Python("".join(kept), tuple(aside))


def _writing(source: str, body: str) -> str:
    """The call by which a cell is written to a file; the lines of the cell stay as many as they were."""
    first, _newline, rest = body.partition("\n")
    name = " ".join(first.split()[1:])
    before = source.count("\n", 0, len(source) - len(body))
    text = rest if rest.endswith("\n") else rest + "\n"
    call = f"get_ipython().run_cell_magic('writefile', {name!r}, {text!r})"
    return "\n" * before + call + "\n" * body.count("\n")


def note_of_commands(aside: Sequence[Aside], file: str, number: int | None) -> Note:
    """A note about the lines of a cell that are for the notebook itself."""
    named = first_few(dict.fromkeys(line.command.strip() for line in aside), _SHOWN)
    text = _("Commands to the notebook itself are not run here: {commands}.").format(commands=named)
    return Note("magic", text, Where(file, aside[0].line, number))


def logical_lines(source: str) -> Iterator[tuple[str, str]]:
    """The lines of a cell as Python joins them; with a line that is IPython's comes its command, else an empty text."""
    start = 0
    while start < len(source):
        end, command = _logical_line(source, start)
        yield source[start:end], command
        start = end


def _logical_line(source: str, start: int) -> tuple[int, str]:
    """Where the line that begins at `start` ends, and the command in it."""
    at = _INDENT.match(source, start).end()  # type: ignore[union-attr]
    if source[at : at + 1] in _ESCAPES or source.startswith(_IPYTHON_CALL, at):
        return _shell_end(source, at), _command(source, at)
    at, depth, last, assigned = start, 0, "", False
    while token := _TOKEN.search(source, at):
        kind, at = token.lastgroup, token.end()
        if kind in ("quote", "triple"):
            at = _string_end(source, at, token[0])
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "assign" and depth == 0 and not assigned:
            assigned = True
            if start_of_command := _ASSIGNED.match(source, token.start()):
                at = start_of_command.end()
                return _shell_end(source, at), _command(source, at)
        elif kind == "end" and depth == 0:
            break
        last = kind or ""
    else:
        at = len(source)
    text = source[start:at].rstrip("\n")
    # A comment, which may well end in a question, is the last thing on its line.
    if text.rstrip().endswith("?") and last != "comment" and (question := _HELP.match(text[: -_HELP_LENGTH - 1 : -1])):
        return at, question[0][::-1].strip()
    return at, ""


def _string_end(source: str, at: int, quote: str) -> int:
    """Where a string ends; one without its closing quote at the end of its line, or of the cell if it is triple."""
    for end in _ENDS[quote].finditer(source, at):
        if end[0] == quote:
            return end.end()
        if end[0] == "\n":
            return end.start()
    return len(source)


def _shell_end(source: str, at: int) -> int:
    """The end of a line that only a backslash can continue: its quotes and brackets are a shell's."""
    return _SHELL_LINE.match(source, at).end()  # type: ignore[union-attr]


def _command(source: str, at: int) -> str:
    command = _COMMAND.match(source, at)
    return command[0][:_COMMAND_LENGTH] if command else _IPYTHON_CALL


def _unindented(source: str) -> str:
    """A cell that was pasted with an indent loses it, as in the notebook."""
    written = [line for line in source.split("\n") if line.strip()]
    first = _INDENT.match(written[0])[0] if written else ""  # type: ignore[index]
    if not first or not all(line.startswith(first) for line in written):
        return source
    return "\n".join(line.removeprefix(first) for line in source.split("\n"))


def _unprompted(source: str) -> str:
    """A session that was pasted with its prompts loses them."""
    for initial, prompt in _PROMPTS:
        if initial.match(source):
            source = prompt.sub("", source)
    return source

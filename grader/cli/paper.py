"""Print and write what a command gives: text, tables, JSON, files."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from grader.clean import inline, printable
from grader.errors import BadInputError
from grader.files import write_whole
from grader.i18n import _
from grader.member import MemberName

_WIDEST = 60  # cells of a column


def give_result(value: object, text: str | Iterable[str], json_file: str | None) -> None:
    """The result of a command: `value` as JSON where `--json` says, and `text` unless that is standard output."""
    if json_file is not None:
        write_out(dumped(value), json_file)
    if json_file != "-":
        click.echo(text if isinstance(text, str) else "\n".join(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; nothing in a cell is obeyed by a terminal."""
    from rich.cells import cell_len

    lines = [
        [inline(cell, _WIDEST if at < len(head) - 1 else 400) for at, cell in enumerate(row)] for row in [head, *rows]
    ]
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def dumped(value: Any) -> str:
    """JSON for people and programs."""
    # The runner of GitHub Actions obeys `##[` wherever it reads it, so it is written in JSON's other way.
    return json.dumps(value, ensure_ascii=False, indent=2).replace("##[", "##\\u005b") + "\n"


def write_out(text: str, name: str) -> None:
    """Write `text` to the file `name`; `-` is standard output."""
    if name == "-":
        # Bytes, so that CSV keeps its line ends and Korean its letters on a terminal of another encoding.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        write_whole(Path(name), text)


class FileNames:
    """Files below a folder that are named after members; each is asked for once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._taken: set[str] = set()

    def path(self, *parts: str) -> Path:
        """The file; a name that leads out of the folder or to another member's file is refused."""
        name = MemberName("/".join(parts))
        if any(MemberName(part).flaw for part in parts):
            raise BadInputError(_("{name} can't be the name of a file here.").format(name=name), where=self.folder)
        if name.key in self._taken:
            raise BadInputError(_("{name} would be written twice.").format(name=name), where=self.folder)
        self._taken.add(name.key)
        return self.folder.joinpath(*parts)


def say(text: str) -> None:
    """Print a remark on standard error, so that scripts read the result alone."""
    sys.stdout.flush()
    click.echo(printable(text), err=True)


@contextmanager
def ended_softly(kept: str | None = None) -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: first all that it started, then this process, which says what is kept."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt  # no boundary holds it

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt as stopped:
        say(kept or _("What was judged so far is kept: the same command goes on where this one ended."))
        raise click.Abort from stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def whoami() -> str:
    """The user's name, for the log of the gradebook."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "?"

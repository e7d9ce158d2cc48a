"""Tables and files as commands print and write them: aligned by cells, nothing in them that a terminal obeys."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from grader.errors import BadInputError
from grader.files import write_whole
from grader.i18n import _

_WIDEST = 60


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the last one runs on."""
    from rich.cells import cell_len

    from grader.clean import inline

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
    # Never `##[`, which the runner of GitHub Actions would obey wherever it reads it: the same JSON, otherwise written.
    return json.dumps(value, ensure_ascii=False, indent=2).replace("##[", "##\\u005b") + "\n"


def put(text: str, file: str | None) -> None:
    """`text` to a file, or where the name is `-` to standard output."""
    if file in (None, "-"):
        # Bytes, so that CSV keeps its line ends and Korean its letters on a terminal of another encoding.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        write(Path(str(file)), text)


def write(path: Path, text: str) -> None:
    """A file that is whole or not there, and its folder with it."""
    write_whole(path, text)


class Names:
    """Files below a folder, called by names that members chose; each is asked for once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._taken: set[str] = set()

    def path(self, *parts: str) -> Path:
        """The file; a name that would lead out of the folder, or to another's file, is refused."""
        name = "/".join(parts)
        if any(part.startswith(".") or set(part) & set("/\\\0") for part in parts):
            raise BadInputError(_("{name} can't be the name of a file here.").format(name=name), where=self.folder)
        # Some file systems don't tell kim from Kim: neither may take the other's place.
        if name.casefold() in self._taken:
            raise BadInputError(_("{name} would be written twice.").format(name=name), where=self.folder)
        self._taken.add(name.casefold())
        return self.folder.joinpath(*parts)


def say(text: str) -> None:
    """Something beside the result: on standard error, so that scripts read the result alone."""
    from grader.clean import printable

    sys.stdout.flush()
    click.echo(printable(text), err=True)


def whoami() -> str:
    """Who sits at this machine, for the log."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for this user: containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "?"

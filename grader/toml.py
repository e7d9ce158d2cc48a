"""TOML files that authors write: every mistake in one is named with its file and line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import BadAssignmentError
from grader.fields import NO_DEFAULT, Fields, FormError, as_text
from grader.files import read_text
from grader.i18n import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_T = TypeVar("_T")
_MOST_NAMES = 1000


class Table(Fields):
    """A table of a TOML file, which knows the line of each of its keys."""

    def __init__(self, file: Path, values: Any, text: str, path: str = "") -> None:
        super().__init__(values, path)
        self.file, self.source = file, text
        self.known: list[str] = []  # the keys that were asked for

    def take(self, key: str, read: Callable[[Any, str], _T], default: Any = NO_DEFAULT) -> _T:
        self.known.append(key)
        if default is NO_DEFAULT and key not in self.values:
            for misspelled in get_close_matches(key, self.values, 1):
                raise self._unknown(misspelled)
        try:
            return super().take(key, read, default)
        except FormError as error:
            raise self.error(str(error), key) from error

    def names(self, key: str, default: tuple[str, ...] = NO_DEFAULT) -> tuple[str, ...]:
        """A list of strings."""
        return self.items(key, as_text, _MOST_NAMES, default)

    def table(self, key: str) -> Table:
        """The table below `key`; an empty one where there is none."""
        return self.take(key, self.table_of, self.table_of({}, self.name(key)))

    def table_of(self, value: Any, path: str) -> Table:
        """A value of this table as a table of its own."""
        return Table(self.file, value, self.source, path)

    def tables(self) -> dict[str, Table]:
        """Every table of this one by its key, in the order of the file."""
        return {key: self.table(key) for key in list(self.values)}

    def only(self, *keys: str) -> Table:
        """The table without its keys other than `keys`."""
        return self.table_of({key: value for key, value in self.values.items() if key in keys}, self.path)

    def finish(self) -> None:
        for key in self.values:
            raise self._unknown(key)

    def _unknown(self, key: str) -> BadAssignmentError:
        return self.error(str(FormError(self.name(key), _("is not known here"))), key, did_you_mean(key, self.known))

    def error(self, what: str, key: str | None, hint: str | None = None) -> BadAssignmentError:
        """`what` is wrong at `key`, or in this table as a whole."""
        line = _line_of(self.source, key or self.path.rpartition(".")[2], self.path if key else "")
        return BadAssignmentError(what, where=f"{self.file}:{line}" if line else str(self.file), hint=hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to do about a word that is not known."""
    near = get_close_matches(word.lower(), list(known), 1)
    return _("Did you mean {name}?").format(name=near[0]) if near else _("Take it out, or correct how it is written.")


def load_table(file: Path) -> Table:
    """The top table of a file."""
    text = read_text(file)
    try:
        return Table(file, tomllib.loads(text), text)
    except tomllib.TOMLDecodeError as error:
        raise BadAssignmentError(_("This is no TOML: {reason}.").format(reason=error), where=file) from error


def _line_of(text: str, key: str, table: str) -> int | None:
    """The line on which `key` stands, after the header of its table if it has one."""
    header = re.search(rf"^\s*\[{re.escape(table)}\]", text, re.MULTILINE) if table else None
    pattern = re.compile(rf"^\s*(?:\[.*\b)?{re.escape(key)}\b\s*(?:=|\])", re.MULTILINE)
    match = pattern.search(text, header.end() if header else 0)
    return text.count("\n", 0, match.end()) + 1 if match else None

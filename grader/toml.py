"""Reading TOML so that every mistake in it is named with its file and line."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import BadAssignmentError
from grader.files import read_text
from grader.i18n import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Table:
    """A table of a TOML file whose keys are asked for by name and type; what nobody asks for is an error."""

    def __init__(self, file: Path, values: Mapping[str, Any], text: str, path: str = "") -> None:
        self.file, self.values, self.text, self.path = file, dict(values), text, path

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """The value of `key`, which must be of `kind`; without a default the key is required."""
        if key not in self.values:
            if default is ...:
                raise self.error(_("The key {key} is missing.").format(key=self.name(key)), None)
            return default
        value = self.values.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, (int, float))):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            words = ", ".join(item.__name__ for item in kinds)
            raise self.error(_("{key} must be of type {kind}.").format(key=self.name(key), kind=words), key)
        return value

    def names(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """A list of strings."""
        value = self.take(key, list, default)
        if not all(isinstance(item, str) for item in value):
            raise self.error(_("{key} must be a list of strings.").format(key=self.name(key)), key)
        return tuple(value)

    def table(self, key: str) -> Table:
        """The table below `key`; an empty one where there is none."""
        return Table(self.file, self.take(key, dict, {}), self.text, self.name(key))

    def tables(self) -> dict[str, Table]:
        """Every table of this one by its key, in the order of the file."""
        return {key: self.table(key) for key in list(self.values)}

    def finish(self) -> None:
        """Complain of the first key that nobody asked for."""
        for key in self.values:
            hint = _("Take it out, or correct how it is written.")
            raise self.error(_("{key} is not a key that is known here.").format(key=self.name(key)), key, hint)

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def error(self, what: str, key: str | None, hint: str | None = None) -> BadAssignmentError:
        """`what` is wrong at `key` (or in this table as a whole)."""
        line = _line_of(self.text, key or self.path.rpartition(".")[2], self.path if key else "")
        return BadAssignmentError(what, where=f"{self.file}:{line}" if line else str(self.file), hint=hint)


def load(file: Path) -> Table:
    """The top table of a file."""
    text = read_text(file)
    try:
        return Table(file, tomllib.loads(text), text)
    except tomllib.TOMLDecodeError as error:
        raise BadAssignmentError(_("This is no TOML: {reason}.").format(reason=error), where=file) from error


def _line_of(text: str, key: str, table: str) -> int | None:
    """The line on which `key` stands, after the header of its table if it has one."""
    found = re.search(rf"^\s*\[{re.escape(table)}\]", text, re.MULTILINE) if table else None
    start = found.end() if found else 0
    pattern = rf"^\s*(?:\[.*\b)?{re.escape(key)}\b\s*(?:=|\])"
    match = re.compile(pattern, re.MULTILINE).search(text, start)
    return text.count("\n", 0, match.end()) + 1 if match else None

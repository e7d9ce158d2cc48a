"""A mapping from JSON or TOML whose members are asked for one by one: what is missing, unknown or wrong is named.

In a TOML file, which an author writes, it is named with its file and line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import BadAssignmentError
from grader.files import read_text
from grader.i18n import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)
# The largest whole number of JSON (RFC 8785). Beyond it a double can't tell a number from its neighbour, and readers in
# other languages would not agree.
LARGEST = 2**53 - 1
NO_DEFAULT: Any = object()  # as a default: the member may not be missing
_FRACTION = re.compile(r"[1-9][0-9]*/[1-9][0-9]*")
_MOST_SHOWN = 60
_MOST_NAMES = 1000


class FormError(ValueError):
    """A value that is not as it should be, and where it stands: `cases[3].points`."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}" if path else what)
        self.path, self.what = path, what


class Fields:
    """The members of one mapping, all of which must be asked for."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise FormError(path, _("must be an object"))
        self.values, self.path = dict(value), path

    def take(self, key: str, read: Callable[[Any, str], _T], default: Any = NO_DEFAULT) -> _T:
        """What `read` makes of the value of `key` and its path; without a default the key is required."""
        if key in self.values:
            return read(self.values.pop(key), self.name(key))
        if default is NO_DEFAULT:
            raise FormError(self.name(key), _("is missing"))
        return default  # type: ignore[no-any-return]

    def text(
        self, key: str, most: int = 1000, *, least: int = 0, form: str | None = None, default: Any = NO_DEFAULT
    ) -> str:
        return self.take(key, lambda value, path: as_text(value, path, most, least=least, form=form), default)

    def one_of(self, key: str, known: Collection[str], default: Any = NO_DEFAULT) -> str:
        return self.take(key, lambda value, path: _as_one_of(value, path, known), default)

    def choice(self, key: str, kind: type[_E], default: _E = NO_DEFAULT) -> _E:
        """The member of the enumeration `kind`, of strings, that is named."""
        return self.take(key, lambda value, path: _as_member(value, path, kind), default)

    def flag(self, key: str, default: bool = NO_DEFAULT) -> bool:
        return self.take(key, _as_flag, default)

    def whole(self, key: str, least: int = 0, most: int = LARGEST, default: Any = NO_DEFAULT) -> int:
        return self.take(key, lambda value, path: as_whole(value, path, least, most), default)

    def place(self, key: str) -> int | None:
        """A line or cell, which count from 1, or null."""
        return self.maybe(key, lambda value, path: as_whole(value, path, 1, LARGEST))

    def amount(self, key: str) -> float:
        return self.take(key, as_amount)

    def points(self, key: str) -> Fraction:
        """A whole number, or a fraction as text."""
        return self.take(key, as_points)

    def items(self, key: str, read: Callable[[Any, str], _T], most: int, default: Any = NO_DEFAULT) -> tuple[_T, ...]:
        """A list, each of whose items is given to `read` with its path."""

        def read_list(value: Any, path: str) -> tuple[_T, ...]:
            if not isinstance(value, list):
                raise FormError(path, _("must be a list"))
            if len(value) > most:
                raise FormError(path, _("is longer than {most}").format(most=most))
            return tuple(read(item, f"{path}[{at}]") for at, item in enumerate(value))

        return self.take(key, read_list, default)

    def maybe(self, key: str, read: Callable[[Any, str], _T]) -> _T | None:
        """Null, or what `read` makes of it."""
        return self.take(key, lambda value, path: None if value is None else read(value, path))

    def finish(self) -> None:
        """Complain of the first member that nobody asked for."""
        for key in self.values:
            raise FormError(self.name(key[:_MOST_SHOWN]), _("is not known here"))

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def as_object(read: Callable[[Fields], _T]) -> Callable[[Any, str], _T]:
    """A reader of an object all of whose members `read` must ask for."""

    def read_object(value: Any, path: str) -> _T:
        fields = Fields(value, path)
        result = read(fields)
        fields.finish()
        return result

    return read_object


def as_it_is(value: Any, _path: str) -> Any:
    """Any value, which somebody else looks at."""
    return value


def as_text(value: Any, path: str, most: int = 1000, *, least: int = 0, form: str | None = None) -> str:
    """A string of at most `most` characters, of the whole form `form` where one is given."""
    if not isinstance(value, str):
        raise FormError(path, _("must be a string"))
    if not least <= len(value) <= most:
        text = _("must have from {least} to {most} characters") if least else _("is longer than {most}")
        raise FormError(path, text.format(least=least, most=most))
    if form is not None and not re.fullmatch(form, value):
        raise FormError(path, _("is not of the form that it must have"))
    return value


def as_sha256(value: Any, path: str) -> str:
    """A hash in hexadecimal digits."""
    return as_text(value, path, form=r"[0-9a-f]{64}")


def as_whole(value: Any, path: str, least: int, most: int) -> int:
    """A whole number; `3.0` is one, as it is the same number in JSON."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        text = _("must be a whole number from {least} to {most}")
        raise FormError(path, text.format(least=least, most=most))
    return number


def as_points(value: Any, path: str) -> Fraction:
    """A whole number, or a fraction as text such as 7/2."""
    if not isinstance(value, str):
        return Fraction(as_whole(value, path, 0, LARGEST))
    if len(value) > 40 or not _FRACTION.fullmatch(value):
        raise FormError(path, _("must be a whole number or a fraction as text, such as 7/2"))
    return Fraction(value)


def as_amount(value: Any, path: str) -> float:
    """A number from 0 on."""
    # The comparison also refuses NaN, which JSON does not have but Python's parser reads.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise FormError(path, _("must be a number from 0 on"))
    return value


def as_number(value: Any, path: str, largest: float) -> float:
    """A number of either sign, at most `largest` away from 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= largest:
        raise FormError(path, _("must be a number"))
    return value


def _as_one_of(value: Any, path: str, known: Collection[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise FormError(path, _("must be one of {names}").format(names=", ".join(known)))
    return value


def _as_member(value: Any, path: str, kind: type[_E]) -> _E:
    try:
        return kind(value)
    except ValueError:
        return kind(_as_one_of(value, path, [member.value for member in kind]))


def _as_flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise FormError(path, _("must be true or false"))
    return value


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

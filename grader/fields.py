"""A mapping from JSON or TOML whose members are asked for one by one: what is missing, unknown or wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

from grader.i18n import _

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)
LARGEST = 2**53 - 1  # what every reader of JSON takes for a whole number (RFC 8785)
NO_DEFAULT: Any = object()  # as a default: the member may not be missing
_FRACTION = re.compile(r"[1-9][0-9]*/[1-9][0-9]*")
_MOST_SHOWN = 60


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
        def read(value: Any, path: str) -> str:
            if not isinstance(value, str) or value not in known:
                raise FormError(path, _("must be one of {names}").format(names=", ".join(known)))
            return value

        return self.take(key, read, default)

    def choice(self, key: str, kind: type[_E], default: _E = NO_DEFAULT) -> _E:
        """The member of the enumeration `kind` that is named."""

        def read(value: Any, path: str) -> _E:
            try:
                return kind(value)
            except ValueError as error:
                names = ", ".join(str(member.value) for member in kind)
                raise FormError(path, _("must be one of {names}").format(names=names)) from error

        return self.take(key, read, default)

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


def _as_flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise FormError(path, _("must be true or false"))
    return value

"""A JSON object whose members are taken one by one: what is missing, too much or of another kind is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Any, TypeVar

from grader.i18n import _

T = TypeVar("T")
LARGEST = 2**53 - 1  # what every reader of JSON takes for a whole number (RFC 8785)
_FRACTION = re.compile(r"[1-9][0-9]*/[1-9][0-9]*")
_SHOWN = 60


class FaultError(ValueError):
    """A place in a JSON value that is not as it should be: `cases[3].points`."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}" if path else what)
        self.path, self.what = path, what


class Fields:
    """The members of one JSON object, all of which must be asked for."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise FaultError(path, _("must be an object"))
        self.values, self.path = dict(value), path

    def take(self, key: str) -> Any:
        """The value of `key`, which may not be missing."""
        if key not in self.values:
            raise FaultError(self.name(key), _("is missing"))
        return self.values.pop(key)

    def text(self, key: str, most: int = 1000, *, least: int = 0, form: str | None = None) -> str:
        return as_text(self.take(key), self.name(key), most, least=least, form=form)

    def one_of(self, key: str, known: Collection[str]) -> str:
        value = self.take(key)
        if not isinstance(value, str) or value not in known:
            raise FaultError(self.name(key), _("must be one of {names}").format(names=", ".join(known)))
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise FaultError(self.name(key), _("must be true or false"))
        return value

    def whole(self, key: str, least: int = 0, most: int = LARGEST) -> int:
        return as_whole(self.take(key), self.name(key), least, most)

    def place(self, key: str) -> int | None:
        """A line or cell, which count from 1, or null."""
        value = self.take(key)
        return None if value is None else as_whole(value, self.name(key), 1, LARGEST)

    def amount(self, key: str) -> float:
        return as_amount(self.take(key), self.name(key))

    def points(self, key: str) -> Fraction:
        """A whole number, or a fraction as text."""
        value, path = self.take(key), self.name(key)
        if not isinstance(value, str):
            return Fraction(as_whole(value, path, 0, LARGEST))
        if len(value) > 40 or not _FRACTION.fullmatch(value):
            raise FaultError(path, _("must be a whole number or a fraction as text, such as 7/2"))
        return Fraction(value)

    def items(self, key: str, read: Callable[[Any, str], T], most: int) -> tuple[T, ...]:
        """A list, each of whose items is given to `read` with its path."""
        value, path = self.take(key), self.name(key)
        if not isinstance(value, list):
            raise FaultError(path, _("must be a list"))
        if len(value) > most:
            raise FaultError(path, _("is longer than {most}").format(most=most))
        return tuple(read(item, f"{path}[{at}]") for at, item in enumerate(value))

    def maybe(self, key: str, read: Callable[[Any, str], T]) -> T | None:
        value = self.take(key)
        return None if value is None else read(value, self.name(key))

    def finish(self) -> None:
        """Complain of the first member that nobody asked for."""
        for key in self.values:
            raise FaultError(self.name(key[:_SHOWN]), _("is not known here"))

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def as_text(value: Any, path: str, most: int = 1000, *, least: int = 0, form: str | None = None) -> str:
    """A string of at most `most` characters, of the whole form `form` where one is given."""
    if not isinstance(value, str):
        raise FaultError(path, _("must be a string"))
    if not least <= len(value) <= most:
        said = _("must have from {least} to {most} characters") if least else _("is longer than {most}")
        raise FaultError(path, said.format(least=least, most=most))
    if form is not None and not re.fullmatch(form, value):
        raise FaultError(path, _("is not of the form that it must have"))
    return value


def as_whole(value: Any, path: str, least: int, most: int) -> int:
    """A whole number; `3.0` is one, as it is the same number in JSON."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        said = _("must be a whole number from {least} to {most}")
        raise FaultError(path, said.format(least=least, most=most))
    return number


def as_amount(value: Any, path: str) -> float:
    """A number from 0 on."""
    # The comparison also refuses NaN, which JSON does not have but Python's parser reads.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise FaultError(path, _("must be a number from 0 on"))
    return value


def as_number(value: Any, path: str, largest: float) -> float:
    """A number of either sign, at most `largest` away from 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= largest:
        raise FaultError(path, _("must be a number"))
    return value

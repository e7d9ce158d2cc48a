"""Lists, tuples and dicts."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from grader.worker.values.arrays import code_of
from grader.worker.values.kind import PartFunction, ValueKind
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import UINT32, Reader, UnsendableError, WireError, Writer

_KEY_BYTES = 8
_MOST_SHOWN = 50


class _Row(ValueKind):
    """What lists and tuples have in common."""

    brackets: str

    def write(self, writer: Writer, value: Any, depth: int) -> None:
        base = self.bases[0]
        writer.put_all(self.tag, base.__len__(value), base.__iter__(value), depth)  # type: ignore[attr-defined]

    def outline(self, value: Any, part: PartFunction) -> list[Any]:
        return [part(item) for item in value]

    def show(self, value: Any, part: PartFunction) -> str:
        shown = [*map(part, value[:_MOST_SHOWN]), *(["…"] if len(value) > _MOST_SHOWN else [])]
        return f"{self.brackets[0]}{', '.join(shown)}{self.brackets[1]}"


class List(_Row):
    """`l n items`."""

    tag, brackets, called = b"l", "[]", _("a list")
    classes = bases = (list,)

    def read(self, reader: Reader, depth: int) -> list[Any]:
        return reader.get_all(depth)


class Tuple(_Row):
    """`u n items`."""

    tag, brackets, called = b"u", "()", _("a tuple")
    classes = bases = (tuple,)

    def read(self, reader: Reader, depth: int) -> tuple[Any, ...]:
        return tuple(reader.get_all(depth))


class Dict(ValueKind):
    """`d n pairs`."""

    tag, called = b"d", _("a dict")
    classes = bases = (dict,)

    def write(self, writer: Writer, value: dict[Any, Any], depth: int) -> None:
        count = dict.__len__(value)
        if count > writer.bounds.items:
            raise UnsendableError("too many parts")
        keys = [_plain_key(key) for key in dict.keys(value)]
        if not all(map(_is_key, keys)):
            writer.put_opaque(value, depth)
            return
        if sum(type(key) is not str for key in keys) > writer.bounds.keys:
            raise UnsendableError("too many parts")
        writer.expect(2 * count, depth)
        writer.parts.append(b"d" + UINT32.pack(count))
        for key, item in zip(keys, dict.values(value), strict=True):
            writer.put(key, depth + 1)
            writer.put(item, depth + 1)

    def read(self, reader: Reader, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        numbers = 0
        for _pair in range(reader.count(depth, each=2)):
            key = reader.get(depth + 1)
            numbers += type(key) is not str
            if not _is_key(key) or numbers > reader.bounds.keys:
                raise WireError("a key that is no plain value, or too many")
            result[key] = reader.get(depth + 1)
        return result

    def outline(self, value: dict[Any, Any], part: PartFunction) -> list[Any]:
        return [[key, part(item)] for key, item in value.items()]

    def show(self, value: dict[Any, Any], part: PartFunction) -> str:
        return "{" + ", ".join(f"{part(key)}: {part(item)}" for key, item in islice(value.items(), _MOST_SHOWN)) + "}"


def _plain_key(key: Any) -> Any:
    """A NumPy scalar or a subclass as the plain text or number that it is equal to; any other key as it is."""
    kind = type(key)
    if kind is str:
        return key
    if issubclass(kind, np.generic) and not issubclass(kind, str):
        return np.asarray(key).item() if code_of(np.asarray(key)) is not None else key
    for plain, convert in ((str, str.__str__), (bool, bool), (int, int.__int__), (float, float.__float__)):
        if issubclass(kind, plain):
            return convert(key)
    return key


def _is_key(key: object) -> bool:
    """Whether a dict with this key can be sent: text, a number, None. Ints of 8 bytes have few twins by hash."""
    if type(key) is int:
        return key.bit_length() <= 8 * _KEY_BYTES
    return type(key) in (str, float, bool, type(None))

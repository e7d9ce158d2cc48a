"""None, truth values, text and bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.values.kind import LONGEST, PartFunction, ValueKind
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import Read, Reader, Writer, packed_length


class Nothing(ValueKind):
    """`N`."""

    tag = b"N"
    classes = (type(None),)

    def write(self, writer: Writer, _value: None, _depth: int) -> None:
        writer.parts.append(b"N")

    def read(self, _reader: Reader, _depth: int) -> None:
        return None

    def word(self, _value: None) -> str:
        return "None"


class Truth(ValueKind):
    """`T` or `F`."""

    classes = (bool,)

    def write(self, writer: Writer, value: bool, _depth: int) -> None:
        writer.parts.append(b"T" if value else b"F")

    def readers(self) -> dict[int, Read]:
        return {ord("T"): lambda _reader, _depth: True, ord("F"): lambda _reader, _depth: False}

    def numbers(self, value: bool) -> Any:
        return np.asarray(value)

    def word(self, _value: bool) -> str:
        return _("a truth value")


class Text(ValueKind):
    """`s n bytes`: UTF-8."""

    tag = b"s"
    classes = bases = (str,)

    def write(self, writer: Writer, value: str, _depth: int) -> None:
        writer.room_for(str.__len__(value))
        data = str.encode(value, "utf-8", "replace")
        writer.parts.append(b"s" + packed_length(len(data)) + data)

    def read(self, reader: Reader, _depth: int) -> str:
        return reader.text(reader.length())

    def show(self, value: str, _part: PartFunction) -> str:
        return repr(value[:LONGEST])[:LONGEST]

    def word(self, _value: str) -> str:
        return _("text")


class Binary(ValueKind):
    """`b n bytes`."""

    tag = b"b"
    classes = bases = (bytes, bytearray)

    def write(self, writer: Writer, value: bytes | bytearray, _depth: int) -> None:
        view = memoryview(value)
        writer.room_for(view.nbytes)
        writer.parts += (b"b", packed_length(view.nbytes), bytes(view))

    def read(self, reader: Reader, _depth: int) -> bytes:
        return reader.take(reader.length())

    def outline(self, value: bytes, _part: PartFunction) -> str:
        return repr(value)

    def show(self, value: bytes, _part: PartFunction) -> str:
        return repr(value[:LONGEST])[:LONGEST]

    def word(self, _value: bytes) -> str:
        return _("bytes")

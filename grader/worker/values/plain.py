"""None, truth values, numbers, text and bytes: Python's own values that hold no others."""

from __future__ import annotations

import struct

from grader.worker.values.kind import LONGEST, PartFunction, ValueKind
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import UINT32, Read, Reader, UnsendableError, WireError, Writer, packed_length

_FLOAT = struct.Struct("<d")


class Nothing(ValueKind):
    """`N`."""

    tag = b"N"
    classes = (type(None),)
    called = "None"

    def write(self, writer: Writer, _value: None, _depth: int) -> None:
        writer.parts.append(b"N")

    def read(self, _reader: Reader, _depth: int) -> None:
        return None


class Truth(ValueKind):
    """`T` or `F`."""

    classes = (bool,)
    numeric, called = True, _("a truth value")

    def write(self, writer: Writer, value: bool, _depth: int) -> None:
        writer.parts.append(b"T" if value else b"F")

    def readers(self) -> dict[int, Read]:
        return {ord("T"): lambda _reader, _depth: True, ord("F"): lambda _reader, _depth: False}


class Whole(ValueKind):
    """`i n bytes`: little-endian, two's complement."""

    tag = b"i"
    classes = bases = (int,)
    numeric, called = True, _("a number")

    def write(self, writer: Writer, value: int, _depth: int) -> None:
        value = int.__int__(value)
        size = int.bit_length(value) // 8 + 1
        if size > writer.bounds.integer:
            raise UnsendableError("too large")
        writer.room_for(size)
        writer.parts.append(b"i" + UINT32.pack(size) + value.to_bytes(size, "little", signed=True))

    def read(self, reader: Reader, _depth: int) -> int:
        size = reader.length()
        if size > reader.bounds.integer:
            raise WireError("int too long")
        return int.from_bytes(reader.take(size), "little", signed=True)


class Real(ValueKind):
    """`f` and eight bytes."""

    tag = b"f"
    classes = bases = (float,)
    numeric, called = True, _("a number")

    def write(self, writer: Writer, value: float, _depth: int) -> None:
        writer.parts.append(b"f" + _FLOAT.pack(value))

    def read(self, reader: Reader, _depth: int) -> float:
        value: float = _FLOAT.unpack_from(reader.data, reader.passed(8))[0]
        return value


class Text(ValueKind):
    """`s n bytes`: UTF-8."""

    tag = b"s"
    classes = bases = (str,)
    called = _("text")

    def write(self, writer: Writer, value: str, _depth: int) -> None:
        writer.room_for(str.__len__(value))
        data = str.encode(value, "utf-8", "replace")
        writer.parts.append(b"s" + packed_length(len(data)) + data)

    def read(self, reader: Reader, _depth: int) -> str:
        return reader.text(reader.length())

    def show(self, value: str, _part: PartFunction) -> str:
        return repr(value[:LONGEST])[:LONGEST]


class Binary(ValueKind):
    """`b n bytes`."""

    tag = b"b"
    classes = bases = (bytes, bytearray)
    called = _("bytes")

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

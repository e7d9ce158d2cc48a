"""Python's own numbers."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from grader.worker.values.kind import ValueKind
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import UINT32, Reader, UnsendableError, WireError, Writer

_FLOAT = struct.Struct("<d")


class _Number(ValueKind):
    """What ints and floats have in common."""

    def numbers(self, value: Any) -> Any:
        return np.asarray(value)

    def word(self, _value: Any) -> str:
        return _("a number")


class Whole(_Number):
    """`i n bytes`: little-endian, two's complement."""

    tag = b"i"
    classes = bases = (int,)

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


class Real(_Number):
    """`f` and eight bytes."""

    tag = b"f"
    classes = bases = (float,)

    def write(self, writer: Writer, value: float, _depth: int) -> None:
        writer.parts.append(b"f" + _FLOAT.pack(value))

    def read(self, reader: Reader, _depth: int) -> float:
        value: float = _FLOAT.unpack_from(reader.data, reader.passed(8))[0]
        return value

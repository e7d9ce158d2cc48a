"""One message on the bridge as bytes: writing it and reading it, within bounds.

The judge reads what a hostile process wrote. So every length, depth and count is checked against what has really
arrived before memory is taken for it. Which values there are is said by the kinds in `grader.worker.values`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

UINT32, UINT64 = struct.Struct("<I"), struct.Struct("<Q")
_HEADER_SLACK = 64  # bytes that a message may have beside its values


@dataclass(frozen=True)
class Bounds:
    """How much one message may hold."""

    total: int = 64 << 20  # bytes
    items: int = 200_000  # values, counted through all containers
    depth: int = 32
    dims: int = 16
    integer: int = 1024  # bytes of one int
    name: int = 200  # characters of the name of a type
    keys: int = 10_000  # keys of one dict that are no text: numbers with equal hashes can be made, and take long


class WireError(Exception):
    """The bytes break a rule of the format, or a bound."""


class UnsendableError(Exception):
    """The value is too large or too deep to be sent."""


class Writer:
    """Puts one value after another. `writers` has a function for each class, `writer_of` finds one for a new class."""

    def __init__(
        self,
        writers: Mapping[int, Write],
        writer_of: Callable[[type], Write],
        opaque: Callable[[object], object] | None,
        bounds: Bounds,
    ) -> None:
        self.writers, self.writer_of, self.opaque, self.bounds = writers, writer_of, opaque, bounds
        self.parts: list[bytes] = []
        self.size, self.items = 0, 1

    def message(self, value: object) -> bytes:
        """`value` as bytes."""
        self.put(value, 0)
        data = b"".join(self.parts)
        if len(data) > self.bounds.total:
            raise UnsendableError("too large")
        return data

    def put(self, value: Any, depth: int) -> None:
        """Write a value that stands `depth` containers deep."""
        kind = type(value)
        # By the identity of the class: a metaclass of the student's would be asked for its hash.
        write = self.writers.get(id(kind)) or self.writer_of(kind)
        write(self, value, depth)

    def put_all(self, tag: bytes, count: int, values: Iterable[Any], depth: int) -> None:
        """Write a container that stands `depth` containers deep, and its parts."""
        self.expect(count, depth)
        self.parts.append(tag + UINT32.pack(count))
        writers, depth = self.writers, depth + 1
        for value in values:
            kind = type(value)
            write = writers.get(id(kind)) or self.writer_of(kind)
            write(self, value, depth)

    def expect(self, count: int, depth: int) -> None:
        """Check that there may be so many more values, one container deeper than `depth`."""
        self.items += count
        if self.items > self.bounds.items:
            raise UnsendableError("too many parts")
        if count and depth >= self.bounds.depth:
            raise UnsendableError("too deeply nested")

    def put_opaque(self, value: object, depth: int) -> None:
        """Write a handle in the place of a value that stays in this process."""
        if self.opaque is None:
            raise UnsendableError(f"no plain value: {type(value).__name__}")
        target = self.opaque(value)
        self.writers[id(type(target))](self, target, depth)

    def room_for(self, size: int) -> None:
        """Check the size before the bytes are copied: a value may be larger than the memory that is left."""
        self.size += size
        if self.size > self.bounds.total:
            raise UnsendableError("too large")


class Reader:
    """Takes one value after another off the bytes. `readers` has a function for each tag."""

    def __init__(
        self,
        data: bytes | bytearray | memoryview,
        readers: Mapping[int, Read],
        build: Callable[[Any], Any],
        bounds: Bounds,
    ) -> None:
        if len(data) > bounds.total + _HEADER_SLACK:
            raise WireError("message too long")
        self.data, self.at, self.size = bytes(data), 0, len(data)
        self.readers, self.build, self.bounds, self.items = readers, build, bounds, 1

    def message(self) -> Any:
        """The only value of the message."""
        value = self.get(0)
        if self.at != self.size:
            raise WireError("bytes left over")
        return value

    def get(self, depth: int) -> Any:
        """Read a value that stands `depth` containers deep."""
        at = self.passed(1)
        read = self.readers.get(self.data[at])
        if read is None:
            raise WireError(f"unknown tag {self.data[at : at + 1]!r}")
        return read(self, depth)

    def get_all(self, depth: int) -> list[Any]:
        """Read the parts of a container that stands `depth` containers deep."""
        count = self.count(depth)
        data, readers, values, depth = self.data, self.readers, [], depth + 1
        for _value in range(count):
            at = self.at
            if at >= self.size:
                raise WireError("message ends early")
            read = readers.get(data[at])
            if read is None:
                raise WireError(f"unknown tag {data[at : at + 1]!r}")
            self.at = at + 1
            values.append(read(self, depth))
        return values

    def count(self, depth: int, each: int = 1) -> int:
        """The number of parts of a container, of `each` values: more than there are bytes left is a lie."""
        count = self.length()
        if count > self.size - self.at:
            raise WireError("count larger than the message")
        self.expect(each * count, depth)
        return count

    def expect(self, count: int, depth: int) -> None:
        """Check that there may be so many more values, one container deeper than `depth`."""
        self.items += count
        if self.items > self.bounds.items:
            raise WireError("too many values")
        if count and depth >= self.bounds.depth:
            raise WireError("too deep")

    def passed(self, count: int) -> int:
        """Go on by `count` bytes; where they begin."""
        at = self.at
        if count > self.size - at:
            raise WireError("message ends early")
        self.at = at + count
        return at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        at = self.passed(count)
        return self.data[at : self.at]

    def byte(self) -> int:
        """The next byte."""
        return self.data[self.passed(1)]

    def length(self) -> int:
        """The length that stands before a text or the like."""
        length: int = UINT32.unpack_from(self.data, self.passed(4))[0]
        return length

    def text(self, size: int) -> str:
        """Strictly UTF-8: our writer writes nothing else, and mending millions of broken bytes takes seconds."""
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def name(self) -> str:
        """A text that is as short as a name."""
        size = self.length()
        if size > 4 * self.bounds.name:
            raise WireError("name too long")
        return self.text(size)


Write = Callable[[Writer, Any, int], None]
Read = Callable[[Reader, int], Any]


def packed_length(size: int) -> bytes:
    """The length before a text or the like."""
    if size >= 1 << 32:
        raise UnsendableError("too large")
    return UINT32.pack(size)


def extent(shape: tuple[int, ...]) -> int:
    """The product of the sizes that are not zero: (0, 2**62) holds no byte, and would still overflow inside NumPy."""
    return prod(size for size in shape if size)

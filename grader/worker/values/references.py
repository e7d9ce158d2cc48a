"""What stands for something on the other side: a handle for an object there, a name that the submission defines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.worker.values.kind import PartFunction, ValueKind
from grader.worker.values.stream import UINT64, Reader, Writer, packed_length


@dataclass(frozen=True)
class Handle:
    """Something that stays in the worker."""

    id: int
    kind: str  # the name of its type


@dataclass(frozen=True)
class Name:
    """A name that the submission defines."""

    name: str


class HandleKind(ValueKind):
    """`h id kind`."""

    tag = b"h"
    classes = (Handle,)

    def write(self, writer: Writer, value: Handle, _depth: int) -> None:
        name = value.kind[: writer.bounds.name].encode("utf-8", "replace")
        writer.parts.append(b"h" + UINT64.pack(value.id) + packed_length(len(name)) + name)

    def read(self, reader: Reader, _depth: int) -> Any:
        (id_,) = UINT64.unpack_from(reader.data, reader.passed(8))
        return reader.build(Handle(id_, reader.name()))

    def show(self, value: Handle, _part: PartFunction) -> str:
        return f"<{value.kind} {value.id}>"

    def word(self, value: Handle) -> str:
        return value.kind


class NameKind(ValueKind):
    """`n name`: from the judge to the worker only."""

    tag = b"n"
    classes = (Name,)

    def write(self, writer: Writer, value: Name, _depth: int) -> None:
        data = value.name.encode("utf-8", "replace")
        writer.parts.append(b"n" + packed_length(len(data)) + data)

    def read(self, reader: Reader, _depth: int) -> Any:
        return reader.build(Name(reader.name()))

    def outline(self, value: Name, _part: PartFunction) -> list[str]:
        return ["name", value.name]

    def show(self, value: Name, _part: PartFunction) -> str:
        return value.name

    def word(self, value: Name) -> str:
        return value.name

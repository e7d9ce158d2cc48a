"""What a kind of value can do: the class that each kind derives from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.worker.values.stream import Read, Reader, WireError, Writer

LONGEST = 4000  # characters of a value that is shown
PartFunction = Callable[[Any], Any]  # does to a part what is being done to the whole


def translatable(text: str) -> str:
    """Mark a text for the catalogs. It is translated where a person reads it, which is not in a worker."""
    return text


class ValueKind:
    """A kind of value: how it is written and read, outlined, compared and shown.

    A new kind is a new file in this folder; `Compound` needs the least.
    """

    tag: bytes  # the byte by which a message says that such a value follows
    classes: tuple[type, ...] = ()  # what is of this kind
    bases: tuple[type, ...] = ()  # and so is what derives from these: it arrives as what the base class holds
    foreign: tuple[str, str] = ("", "")  # and from this class of a module, where that is loaded
    numeric = False  # whether it is an array, or can be compared with one
    called = ""  # what it is, in a word or two for a person, not yet translated

    def write(self, writer: Writer, value: Any, depth: int) -> None:
        """Write the value, or what stands for it."""
        raise NotImplementedError

    def read(self, reader: Reader, depth: int) -> Any:
        """Read what `write` wrote; a `WireError` for anything else."""
        raise NotImplementedError

    def readers(self) -> dict[int, Read]:
        """What to read by, for each tag."""
        return {self.tag[0]: self.read}

    def arrive(self, value: Any) -> Any:
        """What the value is where the student's code runs."""
        return value

    def outline(self, value: Any, part: PartFunction) -> Any:  # noqa: ARG002 — of containers
        """The value without its bulk: enough to tell two requests apart, up to rounding."""
        return value

    def numbers(self, value: Any) -> Any:
        """The value as an array, where it is one or can be compared with one; else None."""
        return np.asarray(value) if self.numeric else None

    def simpler(self, value: Any) -> Any:
        """The value of another kind by which it is compared; itself where it is simple enough."""
        return value

    def show(self, value: Any, part: PartFunction) -> str:  # noqa: ARG002
        """The value as Python writes it, cut where it is long."""
        return repr(value)[:LONGEST]

    def word(self, value: Any) -> str:
        """What the value is, in a word or two for a person, not yet translated."""
        return self.called or type(value).__name__


class Compound(ValueKind):
    """A kind whose values are made of simpler ones: it says how they are taken apart and put together."""

    name: str  # as `show` writes it
    count: int  # of its parts

    def parts(self, value: Any) -> tuple[Any, ...]:
        """The simpler values that it is made of."""
        raise NotImplementedError

    def whole(self, parts: tuple[Any, ...]) -> Any:
        """The value made of these parts; a TypeError or ValueError where they don't fit."""
        raise NotImplementedError

    def write(self, writer: Writer, value: Any, depth: int) -> None:
        writer.expect(self.count, depth)
        writer.parts.append(self.tag)
        for part in self.parts(value):
            writer.put(part, depth + 1)

    def read(self, reader: Reader, depth: int) -> Any:
        reader.expect(self.count, depth)
        parts = tuple([reader.get(depth + 1) for _part in range(self.count)])
        try:
            return reader.build(self.whole(parts))
        except (TypeError, ValueError) as error:
            raise WireError(f"parts that make no {self.name}") from error

    def outline(self, value: Any, part: PartFunction) -> Any:
        return [self.name, *map(part, self.parts(value))]

    def simpler(self, value: Any) -> Any:
        return self.parts(value)

    def show(self, value: Any, part: PartFunction) -> str:
        return f"{self.name}({', '.join(map(part, self.parts(value)))})"

"""The wire format: plain values as bytes, and back.

A message is one value: a byte that tells its kind, and what the class of that kind says after it. The decoder can
build nothing but values of the kinds in `grader.worker.values`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.worker.values import VALUE_KINDS, kind_of_class
from grader.worker.values.references import Handle, Name
from grader.worker.values.stream import Bounds, Reader, UnsendableError, WireError, Write, Writer
from grader.worker.values.tensors import TensorValue

__all__ = ["Bounds", "Handle", "Name", "TensorValue", "UnsendableError", "WireError", "decode", "encode"]

_BOUNDS = Bounds()
_WRITERS: dict[int, Write] = {id(cls): kind.write for kind in VALUE_KINDS for cls in kind.classes}
_READERS = {tag: read for kind in VALUE_KINDS for tag, read in kind.readers().items()}


def encode(value: object, *, opaque: Callable[[object], object] | None = None, bounds: Bounds | None = None) -> bytes:
    """`value` as bytes; `opaque` gives a handle for what is no plain value (without it such a value is refused)."""
    return Writer(_WRITERS, _writer_of, opaque, bounds or _BOUNDS).message(value)


def decode(
    data: bytes | bytearray | memoryview, *, build: Callable[[Any], Any] | None = None, bounds: Bounds | None = None
) -> Any:
    """The value of `data`; `build` makes what a `Handle`, `Name` or `TensorValue` stands for on this side."""
    return Reader(data, _READERS, build or (lambda value: value), bounds or _BOUNDS).message()


def _writer_of(cls: type) -> Write:
    kind = kind_of_class(cls)
    return Writer.put_opaque if kind is None else kind.write

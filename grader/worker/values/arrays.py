"""NumPy's arrays and scalars."""

from __future__ import annotations

import struct
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.worker.values.kind import LONGEST, PartFunction, ValueKind
from grader.worker.values.kind import translatable as _
from grader.worker.values.stream import Reader, WireError, Writer, extent

_DTYPES = {
    code: np.dtype(name)
    for code, name in enumerate(("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"))
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}


class Scalar(ValueKind):
    """`g code data`."""

    tag, numeric = b"g", True
    classes = tuple(dtype.type for dtype in _DTYPES.values())
    bases = (np.generic,)

    def write(self, writer: Writer, value: np.generic, depth: int) -> None:
        plain = np.asarray(value)
        code = code_of(plain)
        if code is None or plain.ndim:
            writer.put_opaque(value, depth)
        else:
            writer.parts.append(b"g" + bytes([code]) + plain.astype(_DTYPES[code]).tobytes())

    def read(self, reader: Reader, _depth: int) -> Any:
        return _elements(reader, _dtype(reader), 1)[0]

    def outline(self, value: np.generic, _part: PartFunction) -> Any:
        return outline_of(np.asarray(value))

    def word(self, value: np.generic) -> str:
        return _("a truth value") if isinstance(value, np.bool_) else _("a number")


class Array(ValueKind):
    """`a code ndim shape… data`: C order, little-endian."""

    tag, numeric, called = b"a", True, _("an array")
    classes = bases = (np.ndarray,)

    def write(self, writer: Writer, value: NDArray[Any], depth: int) -> None:
        if not write_array(writer, b"", np.asarray(value)):
            writer.put_opaque(value, depth)

    def read(self, reader: Reader, _depth: int) -> NDArray[Any]:
        return read_array(reader)

    def outline(self, value: NDArray[Any], _part: PartFunction) -> Any:
        return outline_of(value)

    def show(self, value: NDArray[Any], _part: PartFunction) -> str:
        return f"array({elements_text(value)})"


def code_of(array: NDArray[Any]) -> int | None:
    """The code of an array's dtype in either byte order; None where the format does not have it."""
    code = _CODES.get(array.dtype)
    if code is None and array.dtype.kind in "biuf":
        code = _CODES.get(array.dtype.newbyteorder("<"))
    return code


def write_array(writer: Writer, before: bytes, array: NDArray[Any]) -> bool:
    """Write an array after the bytes `before`; False, and nothing written, where the format does not have it."""
    code = code_of(array)
    if code is None or array.ndim > writer.bounds.dims:
        return False
    writer.room_for(array.nbytes or extent(array.shape))
    head = struct.pack(f"<cBB{array.ndim}Q", b"a", code, array.ndim, *array.shape)
    writer.parts += (before + head, array.astype(_DTYPES[code], copy=False).tobytes())
    return True


def read_array(reader: Reader) -> NDArray[Any]:
    """Read what follows the tag of an array."""
    dtype, ndim = _dtype(reader), reader.byte()
    if ndim > reader.bounds.dims:
        raise WireError("too many dimensions")
    shape = struct.unpack_from(f"<{ndim}Q", reader.data, reader.passed(8 * ndim))
    count = prod(shape)
    if (count or extent(shape)) > reader.bounds.total:
        raise WireError("array too large")
    array: NDArray[Any] = _elements(reader, dtype, count).reshape(shape)
    return array


def _dtype(reader: Reader) -> np.dtype[Any]:
    dtype = _DTYPES.get(reader.byte())
    if dtype is None:
        raise WireError("unknown dtype")
    return dtype


def _elements(reader: Reader, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    at = reader.passed(count * dtype.itemsize)
    if dtype.kind == "b":  # a bool made of the byte 2 is true and equal to nothing
        return np.frombuffer(reader.data, np.uint8, count, at).astype(np.bool_)
    array: NDArray[Any] = np.frombuffer(reader.data, dtype, count, at).copy()
    return array


def outline_of(array: NDArray[Any]) -> list[Any]:
    """Dtype, shape and two sums: of all finite elements, and of their sizes."""
    with np.errstate(all="ignore"):
        finite = array[np.isfinite(array)].astype(np.float64)
        sums = [float(np.abs(finite).sum()), float(finite.sum())]
    return ["array", array.dtype.str, list(array.shape), *sums]


def elements_text(array: NDArray[Any]) -> str:
    """The elements of an array, its dtype and its shape, cut where they are many."""
    shown = np.array2string(array, separator=", ", threshold=100, edgeitems=4, max_line_width=100, prefix="array(")
    return f"{shown}, {array.dtype}, shape {array.shape}"[:LONGEST]

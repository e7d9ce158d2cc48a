"""The wire format: plain values as bytes, and back.

The judge decodes what a hostile process wrote. So the decoder can build nothing but the values listed here, and
every length, depth and count is checked against what has really arrived before memory is taken for it.

    N T F          None, True, False
    i n bytes      int, little-endian, two's complement
    f              float
    s n bytes      str (UTF-8)        b n bytes   bytes
    l n items      list               u n items   tuple          d n pairs   dict
    a code ndim shape… data           NumPy array, C order, little-endian
    g code data                       NumPy scalar
    t flags array                     torch tensor: requires_grad, and its value
    h id kind      something that stays in the worker: a handle, and the name of its type
    n name         a name of the submission's own (judge to worker only)
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

_LENGTH, _FLOAT, _SIZE = struct.Struct("<I"), struct.Struct("<d"), struct.Struct("<Q")
_DTYPES = {
    code: np.dtype(name)
    for code, name in enumerate(("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"))
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}


@dataclass(frozen=True)
class Bounds:
    """How much one message may hold."""

    total: int = 64 << 20  # bytes
    items: int = 200_000  # values, counted through all containers
    depth: int = 32
    dims: int = 16
    integer: int = 1024  # bytes of one int
    name: int = 200  # characters of the name of a type


class WireError(Exception):
    """The bytes break a rule of the format, or a bound."""


class UnsendableError(Exception):
    """The value is too large or too deep to be sent."""


@dataclass(frozen=True)
class TensorValue:
    """A torch tensor as a value: what it holds, and whether it asks for gradients."""

    array: NDArray[Any]
    requires_grad: bool = False


@dataclass(frozen=True)
class Handle:
    """Something that stays in the worker."""

    id: int
    kind: str


@dataclass(frozen=True)
class Name:
    """A name that the submission defines."""

    name: str


Opaque = Callable[[object], Handle]
Build = Callable[[Any], Any]


def encode(value: object, *, opaque: Opaque | None = None, bounds: Bounds | None = None) -> bytes:
    """`value` as bytes; `opaque` gives a handle for what is no plain value (without it such a value is refused)."""
    return _Encoder(opaque, bounds or Bounds()).run(value)


def decode(data: bytes | bytearray | memoryview, *, build: Build | None = None, bounds: Bounds | None = None) -> Any:
    """The value of `data`; `build` makes what a `Handle`, `Name` or `TensorValue` stands for on this side."""
    return _Decoder(data, build or (lambda value: value), bounds or Bounds()).run()


class _Encoder:
    def __init__(self, opaque: Opaque | None, bounds: Bounds) -> None:
        self.opaque, self.bounds = opaque, bounds
        self.parts: list[bytes] = []
        self.size = self.items = 0

    def run(self, value: object) -> bytes:
        self.put(value, 0)
        return b"".join(self.parts)

    def add(self, *parts: bytes) -> None:
        for part in parts:
            self.size += len(part)
        if self.size > self.bounds.total:
            raise UnsendableError("too large")
        self.parts.extend(parts)

    def put(self, value: Any, depth: int) -> None:
        self.items += 1
        if depth > self.bounds.depth:
            raise UnsendableError("too deeply nested")
        if self.items > self.bounds.items:
            raise UnsendableError("too many parts")
        # Subclasses arrive as the plain value that their base class holds: what they override is not asked.
        if value is None:
            self.add(b"N")
        elif isinstance(value, bool):
            self.add(b"T" if value else b"F")
        elif isinstance(value, str):
            data = str.encode(value, "utf-8", "replace")
            self.add(b"s", _length(data), data)
        elif isinstance(value, (bytes, bytearray)):
            data = bytes(memoryview(value))
            self.add(b"b", _length(data), data)
        elif isinstance(value, np.generic):
            self.put_scalar(value)
        elif isinstance(value, int):
            self.put_int(int.__int__(value))
        elif isinstance(value, float):
            self.add(b"f", _FLOAT.pack(value))
        elif isinstance(value, list):
            self.put_all(b"l", list.__len__(value), list.__iter__(value), depth)
        elif isinstance(value, tuple):
            self.put_all(b"u", tuple.__len__(value), tuple.__iter__(value), depth)
        elif isinstance(value, dict):
            self.put_dict(value, depth)
        elif isinstance(value, np.ndarray):
            self.put_array(value)
        else:
            self.put_special(value)

    def put_int(self, value: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > self.bounds.integer:
            raise UnsendableError("too large")
        self.add(b"i", _length(range(size)), value.to_bytes(size, "little", signed=True))

    def put_all(self, tag: bytes, count: int, items: Any, depth: int) -> None:
        self.add(tag, _LENGTH.pack(count) if count <= self.bounds.items else _too_many())
        for item in items:
            self.put(item, depth + 1)

    def put_dict(self, value: dict[Any, Any], depth: int) -> None:
        count = dict.__len__(value)
        self.add(b"d", _LENGTH.pack(count) if count <= self.bounds.items else _too_many())
        for key, item in dict.items(value):
            if not isinstance(key, (str, int, float, type(None))):
                raise UnsendableError("a dict with keys that are not text or numbers")
            self.put(key, depth + 1)
            self.put(item, depth + 1)

    def put_scalar(self, value: np.generic) -> None:
        code = _CODES.get(value.dtype.newbyteorder("<"))
        if code is None:
            self.put_unknown(value)
        else:
            self.add(b"g", bytes([code]), np.asarray(value, dtype=_DTYPES[code]).tobytes())

    def put_array(self, value: NDArray[Any]) -> None:
        plain = np.asarray(value)
        code = _CODES.get(plain.dtype.newbyteorder("<"))
        if code is None or plain.ndim > self.bounds.dims:
            self.put_unknown(value)
            return
        if self.size + plain.nbytes > self.bounds.total:
            raise UnsendableError("too large")  # said before the bytes are copied: an array may be larger than memory
        shape = b"".join(_SIZE.pack(n) for n in plain.shape)
        self.add(b"a", bytes([code, plain.ndim]), shape, np.ascontiguousarray(plain, dtype=_DTYPES[code]).tobytes())

    def put_special(self, value: Any) -> None:
        if isinstance(value, TensorValue):
            self.add(b"t", bytes([bool(value.requires_grad)]))
            self.put_array(value.array)
        elif isinstance(value, Handle):
            name = value.kind[: self.bounds.name].encode("utf-8", "replace")
            self.add(b"h", _SIZE.pack(value.id), _length(name), name)
        elif isinstance(value, Name):
            data = value.name.encode("utf-8", "replace")
            self.add(b"n", _length(data), data)
        elif (tensor := _as_tensor_value(value)) is not None:
            self.put_special(tensor)
        else:
            self.put_unknown(value)

    def put_unknown(self, value: object) -> None:
        if self.opaque is None:
            raise UnsendableError(f"no plain value: {type(value).__name__}")
        self.put_special(self.opaque(value))



def _as_tensor_value(value: Any) -> TensorValue | None:
    """A torch tensor as a value, where torch is loaded and the tensor has a dtype that NumPy knows too."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        return None
    try:
        array = value.detach().cpu().resolve_conj().resolve_neg().numpy()
    except (TypeError, RuntimeError):  # bfloat16, sparse, meta, …: stays in the worker
        return None
    return TensorValue(array, bool(value.requires_grad)) if array.dtype in _CODES else None


def _length(data: bytes | range) -> bytes:
    if len(data) >= 1 << 32:
        raise UnsendableError("too large")
    return _LENGTH.pack(len(data))


def _too_many() -> NoReturn:
    raise UnsendableError("too many parts")


class _Decoder:
    def __init__(self, data: bytes | bytearray | memoryview, build: Build, bounds: Bounds) -> None:
        if len(data) > bounds.total + 64:
            raise WireError("message too long")
        self.data, self.at = memoryview(data), 0
        self.build, self.bounds, self.items = build, bounds, 0

    def run(self) -> Any:
        value = self.get(0)
        if self.at != len(self.data):
            raise WireError("bytes left over")
        return value

    def take(self, count: int) -> memoryview:
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise WireError("message ends early")
        part = self.data[self.at : end]
        self.at = end
        return part

    def length(self) -> int:
        return int(_LENGTH.unpack(self.take(4))[0])

    def get(self, depth: int) -> Any:
        self.items += 1
        if depth > self.bounds.depth:
            raise WireError("too deep")
        if self.items > self.bounds.items:
            raise WireError("too many values")
        tag = bytes(self.take(1))
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"unknown tag {tag!r}")
        return read(self, depth)

    def count(self) -> int:
        """The number of parts of a container: each takes a byte at least, so more than are left is a lie."""
        count = self.length()
        if count > len(self.data) - self.at:
            raise WireError("count larger than the message")
        return count

    def get_int(self, _depth: int) -> int:
        size = self.length()
        if size > self.bounds.integer:
            raise WireError("int too long")
        return int.from_bytes(self.take(size), "little", signed=True)

    def get_float(self, _depth: int) -> float:
        return float(_FLOAT.unpack(self.take(8))[0])

    def get_str(self, _depth: int = 0) -> str:
        return bytes(self.take(self.length())).decode("utf-8", "replace")

    def get_bytes(self, _depth: int) -> bytes:
        return bytes(self.take(self.length()))

    def get_list(self, depth: int) -> list[Any]:
        return [self.get(depth + 1) for _ in range(self.count())]

    def get_tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self.get_list(depth))

    def get_dict(self, depth: int) -> dict[Any, Any]:
        result = {}
        for _ in range(self.count()):
            key = self.get(depth + 1)
            if type(key) not in (str, int, float, bool, type(None)):
                raise WireError("a key that is no plain value")
            result[key] = self.get(depth + 1)
        return result

    def dtype(self) -> np.dtype[Any]:
        dtype = _DTYPES.get(self.take(1)[0])
        if dtype is None:
            raise WireError("unknown dtype")
        return dtype

    def get_scalar(self, _depth: int) -> Any:
        dtype = self.dtype()
        return self.elements(dtype, 1)[0]

    def get_array(self, _depth: int = 0) -> NDArray[Any]:
        dtype, ndim = self.dtype(), self.take(1)[0]
        if ndim > self.bounds.dims:
            raise WireError("too many dimensions")
        shape = tuple(int(_SIZE.unpack(self.take(8))[0]) for _ in range(ndim))
        # The product leaves zeros out: (0, 2**62) holds no byte, and would still overflow inside NumPy.
        if prod(n for n in shape if n) > self.bounds.total:
            raise WireError("array too large")
        return self.elements(dtype, prod(shape)).reshape(shape)

    def elements(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        raw = self.take(count * dtype.itemsize)
        if dtype.kind == "b":  # a bool made of the byte 2 is true and equal to nothing
            return np.frombuffer(raw, np.uint8, count) != 0
        return np.frombuffer(raw, dtype, count).copy()

    def get_tensor(self, _depth: int) -> Any:
        requires_grad = bool(self.take(1)[0])
        if bytes(self.take(1)) != b"a":
            raise WireError("a tensor without its array")
        return self.build(TensorValue(self.get_array(), requires_grad))

    def get_handle(self, _depth: int) -> Any:
        (id_,) = _SIZE.unpack(self.take(8))
        return self.build(Handle(id_, self.get_str()[: self.bounds.name]))

    def get_name(self, _depth: int) -> Any:
        return self.build(Name(self.get_str()))


_READERS: dict[bytes, Callable[[_Decoder, int], Any]] = {
    b"N": lambda _d, _n: None,
    b"T": lambda _d, _n: True,
    b"F": lambda _d, _n: False,
    b"i": _Decoder.get_int,
    b"f": _Decoder.get_float,
    b"s": _Decoder.get_str,
    b"b": _Decoder.get_bytes,
    b"l": _Decoder.get_list,
    b"u": _Decoder.get_tuple,
    b"d": _Decoder.get_dict,
    b"a": _Decoder.get_array,
    b"g": _Decoder.get_scalar,
    b"t": _Decoder.get_tensor,
    b"h": _Decoder.get_handle,
    b"n": _Decoder.get_name,
}

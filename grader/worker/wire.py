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
from collections.abc import Callable, Iterable
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
_KEY_BYTES = 8


@dataclass(frozen=True)
class Bounds:
    """How much one message may hold."""

    total: int = 64 << 20  # bytes
    items: int = 200_000  # values, counted through all containers
    depth: int = 32
    dims: int = 16
    integer: int = 1024  # bytes of one int
    name: int = 200  # characters of the name of a type
    keys: int = 10_000  # keys of one dict that are no text: hashes of numbers are known, and can be made to collide


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
    """Puts one value after another; `_WRITERS` says by which method."""

    def __init__(self, opaque: Opaque | None, bounds: Bounds) -> None:
        self.opaque, self.bounds = opaque, bounds
        self.most_items, self.most_depth = bounds.items, bounds.depth
        self.parts: list[bytes] = []
        self.size = self.items = 0

    def run(self, value: object) -> bytes:
        self.put(value, 0)
        data = b"".join(self.parts)
        if len(data) > self.bounds.total:
            raise UnsendableError("too large")
        return data

    def put(self, value: Any, depth: int) -> None:
        self.items += 1
        if depth > self.most_depth:
            raise UnsendableError("too deeply nested")
        if self.items > self.most_items:
            raise UnsendableError("too many parts")
        kind = type(value)
        write = _WRITERS.get(id(kind)) or _writer_of(kind)
        write(self, value, depth)

    def room_for(self, size: int) -> None:
        """Said before the bytes are copied: a value may be larger than what memory is left."""
        self.size += size
        if self.size > self.bounds.total:
            raise UnsendableError("too large")

    def put_none(self, _value: None, _depth: int) -> None:
        self.parts.append(b"N")

    def put_bool(self, value: bool, _depth: int) -> None:
        self.parts.append(b"T" if value else b"F")

    def put_int(self, value: int, _depth: int) -> None:
        value = int.__int__(value)
        size = int.bit_length(value) // 8 + 1
        if size > self.bounds.integer:
            raise UnsendableError("too large")
        self.room_for(size)
        self.parts.append(b"i" + _LENGTH.pack(size) + value.to_bytes(size, "little", signed=True))

    def put_float(self, value: float, _depth: int) -> None:
        self.parts.append(b"f" + _FLOAT.pack(value))

    def put_text(self, value: str, _depth: int) -> None:
        self.room_for(str.__len__(value))
        data = str.encode(value, "utf-8", "replace")
        self.parts.append(b"s" + _length(len(data)) + data)

    def put_bytes(self, value: bytes | bytearray, _depth: int) -> None:
        view = memoryview(value)
        self.room_for(view.nbytes)
        self.parts += (b"b", _length(view.nbytes), bytes(view))

    def put_list(self, value: list[Any], depth: int) -> None:
        self.put_all(b"l", list.__len__(value), list.__iter__(value), depth)

    def put_tuple(self, value: tuple[Any, ...], depth: int) -> None:
        self.put_all(b"u", tuple.__len__(value), tuple.__iter__(value), depth)

    def put_all(self, tag: bytes, count: int, items: Iterable[Any], depth: int) -> None:
        if count > self.most_items:
            _too_many()
        self.parts.append(tag + _LENGTH.pack(count))
        for item in items:
            self.put(item, depth + 1)

    def put_dict(self, value: dict[Any, Any], depth: int) -> None:
        count = dict.__len__(value)
        if count > self.most_items:
            _too_many()
        keys = [_plain_key(key) for key in dict.keys(value)]
        if not all(map(_is_key, keys)):
            self.put_opaque(value, depth)
            return
        if sum(type(key) is not str for key in keys) > self.bounds.keys:
            _too_many()
        self.parts.append(b"d" + _LENGTH.pack(count))
        for key, item in zip(keys, dict.values(value), strict=True):
            self.put(key, depth + 1)
            self.put(item, depth + 1)

    def put_scalar(self, value: np.generic, depth: int) -> None:
        plain = np.asarray(value)
        code = _code_of(plain)
        if code is None or plain.ndim:
            self.put_opaque(value, depth)
        else:
            self.parts.append(b"g" + bytes([code]) + plain.astype(_DTYPES[code]).tobytes())

    def put_array(self, value: NDArray[Any], depth: int) -> None:
        plain = np.asarray(value)
        code = _code_of(plain)
        if code is None or plain.ndim > self.bounds.dims:
            self.put_opaque(value, depth)
        else:
            self.put_elements(plain, code)

    def put_elements(self, plain: NDArray[Any], code: int) -> None:
        self.room_for(plain.nbytes or _extent(plain.shape))
        head = struct.pack(f"<cBB{plain.ndim}Q", b"a", code, plain.ndim, *plain.shape)
        self.parts += (head, plain.astype(_DTYPES[code], copy=False).tobytes())

    def put_tensor_value(self, value: TensorValue, depth: int) -> None:
        self.put_tensor(value, value, depth)

    def put_tensor(self, tensor: TensorValue, origin: object, depth: int) -> None:
        array = np.asarray(tensor.array)
        code = _code_of(array)
        if code is None or array.ndim > self.bounds.dims:
            self.put_opaque(origin, depth)
            return
        self.parts.append(b"t" + bytes([bool(tensor.requires_grad)]))
        self.put_elements(array, code)

    def put_handle(self, value: Handle, _depth: int) -> None:
        name = value.kind[: self.bounds.name].encode("utf-8", "replace")
        self.parts.append(b"h" + _SIZE.pack(value.id) + _length(len(name)) + name)

    def put_name(self, value: Name, _depth: int) -> None:
        data = value.name.encode("utf-8", "replace")
        self.parts.append(b"n" + _length(len(data)) + data)

    def put_other(self, value: object, depth: int) -> None:
        """A tensor, or what is no plain value."""
        tensor = _as_tensor_value(value)
        if tensor is None:
            self.put_opaque(value, depth)
        else:
            self.put_tensor(tensor, value, depth)

    def put_opaque(self, value: object, depth: int) -> None:
        if self.opaque is None:
            raise UnsendableError(f"no plain value: {type(value).__name__}")
        target = self.opaque(value)
        (self.put_handle if type(target) is Handle else self.put_name)(target, depth)  # type: ignore[arg-type]


_Write = Callable[[_Encoder, Any, int], None]
# By the identity of the class: a metaclass of the student's would be asked for its hash. What is a subclass arrives as
# the plain value that its base class holds; what it overrides is not asked, and neither is `__class__` (as isinstance
# would). A NumPy scalar may be a float too, or text; the first base that fits decides.
_BASES: tuple[tuple[type, _Write], ...] = (
    (bool, _Encoder.put_bool),
    (str, _Encoder.put_text),
    (bytes, _Encoder.put_bytes),
    (bytearray, _Encoder.put_bytes),
    (np.generic, _Encoder.put_scalar),
    (int, _Encoder.put_int),
    (float, _Encoder.put_float),
    (list, _Encoder.put_list),
    (tuple, _Encoder.put_tuple),
    (dict, _Encoder.put_dict),
    (np.ndarray, _Encoder.put_array),
    (type(None), _Encoder.put_none),
)
_EXACT: tuple[tuple[type, _Write], ...] = (
    (TensorValue, _Encoder.put_tensor_value),
    (Handle, _Encoder.put_handle),
    (Name, _Encoder.put_name),
    *((dtype.type, _Encoder.put_scalar) for dtype in _DTYPES.values()),
)
_WRITERS = {id(kind): write for kind, write in (*_BASES, *_EXACT)}


def _writer_of(kind: type) -> _Write:
    return next((write for base, write in _BASES if issubclass(kind, base)), _Encoder.put_other)


def _code_of(array: NDArray[Any]) -> int | None:
    """The code of an array's dtype in either byte order; None where the format does not have it."""
    code = _CODES.get(array.dtype)
    if code is None and array.dtype.kind in "biuf":
        code = _CODES.get(array.dtype.newbyteorder("<"))
    return code


def _extent(shape: tuple[int, ...]) -> int:
    """The product of the sizes that are not zero: (0, 2**62) holds no byte, and would still overflow inside NumPy."""
    return prod(n for n in shape if n)


def _plain_key(key: Any) -> Any:
    """A NumPy scalar or a subclass as the plain text or number that it is equal to; any other key as it is."""
    kind = type(key)
    if kind is str:
        return key
    if issubclass(kind, np.generic) and not issubclass(kind, str):
        return np.asarray(key).item() if _code_of(np.asarray(key)) is not None else key
    for plain, convert in ((str, str.__str__), (bool, bool), (int, int.__int__), (float, float.__float__)):
        if issubclass(kind, plain):
            return convert(key)
    return key


def _is_key(key: object) -> bool:
    """Whether a dict with this key can be sent: text, a number, None. Ints of 8 bytes have few twins by hash."""
    if type(key) is int:
        return key.bit_length() <= 8 * _KEY_BYTES
    return type(key) in (str, float, bool, type(None))


def _as_tensor_value(value: Any) -> TensorValue | None:
    """A torch tensor as a value, where torch is loaded and the tensor has a dtype that NumPy knows too."""
    torch = sys.modules.get("torch")
    if torch is None or not issubclass(type(value), getattr(torch, "Tensor", ())):
        return None
    try:
        # What a subclass overrides is not asked.
        with torch._C.DisableTorchFunctionSubclass():
            array = value.detach().cpu().resolve_conj().resolve_neg().numpy()
            return TensorValue(array, bool(value.requires_grad))
    except (TypeError, RuntimeError):  # bfloat16, sparse, meta, …: stays in the worker
        return None


def _length(size: int) -> bytes:
    if size >= 1 << 32:
        raise UnsendableError("too large")
    return _LENGTH.pack(size)


def _too_many() -> NoReturn:
    raise UnsendableError("too many parts")


class _Decoder:
    """Takes one value after another off the bytes; `_READERS` says by which method."""

    def __init__(self, data: bytes | bytearray | memoryview, build: Build, bounds: Bounds) -> None:
        if len(data) > bounds.total + 64:
            raise WireError("message too long")
        self.data, self.at, self.size = bytes(data), 0, len(data)
        self.build, self.bounds, self.items = build, bounds, 0
        self.most_items, self.most_depth = bounds.items, bounds.depth

    def run(self) -> Any:
        value = self.get(0)
        if self.at != self.size:
            raise WireError("bytes left over")
        return value

    def passed(self, count: int) -> int:
        """Go on by `count` bytes; where they begin."""
        at = self.at
        if count > self.size - at:
            raise WireError("message ends early")
        self.at = at + count
        return at

    def take(self, count: int) -> bytes:
        at = self.passed(count)
        return self.data[at : self.at]

    def byte(self) -> int:
        return self.data[self.passed(1)]

    def length(self) -> int:
        length: int = _LENGTH.unpack_from(self.data, self.passed(4))[0]
        return length

    def get(self, depth: int) -> Any:
        self.items += 1
        if depth > self.most_depth:
            raise WireError("too deep")
        if self.items > self.most_items:
            raise WireError("too many values")
        tag = self.byte()
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"unknown tag {bytes([tag])!r}")
        return read(self, depth)

    def count(self) -> int:
        """The number of parts of a container: each takes a byte at least, so more than are left is a lie."""
        count = self.length()
        if count > self.size - self.at:
            raise WireError("count larger than the message")
        return count

    def get_int(self, _depth: int) -> int:
        size = self.length()
        if size > self.bounds.integer:
            raise WireError("int too long")
        return int.from_bytes(self.take(size), "little", signed=True)

    def get_float(self, _depth: int) -> float:
        value: float = _FLOAT.unpack_from(self.data, self.passed(8))[0]
        return value

    def get_str(self, _depth: int = 0) -> str:
        return self.text(self.length())

    def text(self, size: int) -> str:
        """Strictly UTF-8: our encoder writes nothing else, and mending millions of broken bytes takes seconds."""
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def name(self) -> str:
        size = self.length()
        if size > 4 * self.bounds.name:
            raise WireError("name too long")
        return self.text(size)

    def get_bytes(self, _depth: int) -> bytes:
        return self.take(self.length())

    def get_list(self, depth: int) -> list[Any]:
        return [self.get(depth + 1) for _ in range(self.count())]

    def get_tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self.get_list(depth))

    def get_dict(self, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        numbers = 0
        for _ in range(self.count()):
            key = self.get(depth + 1)
            numbers += type(key) is not str
            if not _is_key(key) or numbers > self.bounds.keys:
                raise WireError("a key that is no plain value, or too many")
            result[key] = self.get(depth + 1)
        return result

    def dtype(self) -> np.dtype[Any]:
        dtype = _DTYPES.get(self.byte())
        if dtype is None:
            raise WireError("unknown dtype")
        return dtype

    def get_scalar(self, _depth: int) -> Any:
        return self.elements(self.dtype(), 1)[0]

    def get_array(self, _depth: int = 0) -> NDArray[Any]:
        dtype, ndim = self.dtype(), self.byte()
        if ndim > self.bounds.dims:
            raise WireError("too many dimensions")
        shape = struct.unpack_from(f"<{ndim}Q", self.data, self.passed(8 * ndim))
        count = prod(shape)
        if (count or _extent(shape)) > self.bounds.total:
            raise WireError("array too large")
        array: NDArray[Any] = self.elements(dtype, count).reshape(shape)
        return array

    def elements(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        at = self.passed(count * dtype.itemsize)
        if dtype.kind == "b":  # a bool made of the byte 2 is true and equal to nothing
            return np.frombuffer(self.data, np.uint8, count, at).astype(np.bool_)
        array: NDArray[Any] = np.frombuffer(self.data, dtype, count, at).copy()
        return array

    def get_tensor(self, _depth: int) -> Any:
        requires_grad = bool(self.byte())
        if self.take(1) != b"a":
            raise WireError("a tensor without its array")
        array = self.get_array()
        if requires_grad and array.dtype.kind != "f":
            raise WireError("a gradient asked for by a tensor that can't have one")
        return self.build(TensorValue(array, requires_grad))

    def get_handle(self, _depth: int) -> Any:
        (id_,) = _SIZE.unpack_from(self.data, self.passed(8))
        return self.build(Handle(id_, self.name()))

    def get_name(self, _depth: int) -> Any:
        return self.build(Name(self.name()))


_READERS: dict[int, Callable[[_Decoder, int], Any]] = {
    ord("N"): lambda _d, _n: None,
    ord("T"): lambda _d, _n: True,
    ord("F"): lambda _d, _n: False,
    ord("i"): _Decoder.get_int,
    ord("f"): _Decoder.get_float,
    ord("s"): _Decoder.get_str,
    ord("b"): _Decoder.get_bytes,
    ord("l"): _Decoder.get_list,
    ord("u"): _Decoder.get_tuple,
    ord("d"): _Decoder.get_dict,
    ord("a"): _Decoder.get_array,
    ord("g"): _Decoder.get_scalar,
    ord("t"): _Decoder.get_tensor,
    ord("h"): _Decoder.get_handle,
    ord("n"): _Decoder.get_name,
}

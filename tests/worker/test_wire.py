"""Plain values as bytes and back, and nothing else, whatever the bytes say."""

import enum
import math
import struct
import tracemalloc
from collections import Counter, OrderedDict, namedtuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.worker.wire import Bounds, Handle, Name, TensorValue, UnsendableError, WireError, decode, encode
from tests.examples import examples

quick = settings(max_examples=examples(30, 60), deadline=None, database=None, derandomize=True)
fuzz = settings(max_examples=examples(100, 200), deadline=None, database=None, derandomize=True)
DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, TensorValue, Handle, Name)
SCALARS = tuple(np.dtype(name).type for name in DTYPES)


def through(value, **options):
    return decode(encode(value, **options))


def keep(value):
    """The worker's answer for what is no plain value."""
    return Handle(7, type(value).__name__)


def same(one, other):
    """Equality that looks at types, at the sign of zero and at every bit of an array."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (float, np.generic)):
        return struct.pack("<d", one) == struct.pack("<d", other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return one == other


def parts_of(value):
    yield value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from parts_of(key)
            yield from parts_of(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from parts_of(item)


def assert_allowed(value):
    for part in parts_of(value):
        assert type(part) in PLAIN or type(part) in SCALARS, type(part)
        if isinstance(part, TensorValue):
            assert type(part.array) is np.ndarray
        if isinstance(part, np.ndarray):
            assert part.dtype.kind in "biuf"


# -- values that arrive as they are ---------------------------------------------------------------------------------

plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=True),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.binary(),
        npst.arrays(st.sampled_from(DTYPES), npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(
            st.one_of(st.text(max_size=3), st.integers(-9, 9), st.booleans(), st.none()), inner, max_size=4
        ),
    ),
    max_leaves=8,
)


@quick
@given(plain)
def test_plain_values_arrive_as_they_are(value):
    if not any(type(part) is str and not part.isascii() and "\ud800" <= part <= "\udfff" for part in parts_of(value)):
        assert same(through(value), value)


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -1, 255, 256, -256, 2**63, -(2**63) - 1, 10**2000, 0.0, -0.0, 5e-324, math.inf, -math.inf],
)
def test_single_values(value):
    assert same(through(value), value)


@pytest.mark.parametrize("value", ["", "한글 😀", b"", b"\0\xff", [], (), {}, {None: 1, "": [(), {}], 2.5: b"x"}])
def test_text_bytes_and_containers(value):
    assert same(through(value), value)


def test_nan_arrives_as_nan():
    value = through([math.nan, np.float32("nan"), np.array([np.nan, 1])])
    assert math.isnan(value[0])
    assert type(value[1]) is np.float32
    assert np.isnan(value[1])
    assert np.isnan(value[2]).tolist() == [True, False]


def test_a_lone_surrogate_becomes_a_question_mark():
    assert through("a\ud800b") == "a?b"


def test_bytearray_arrives_as_bytes():
    assert same(through(bytearray(b"ab")), b"ab")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3,), (2, 3), (0, 4), (2, 0, 3)])
def test_arrays_of_every_dtype_and_shape(dtype, shape):
    array = (np.arange(math.prod(shape)).reshape(shape) % 2).astype(dtype)
    assert same(through(array), array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0)[::2],
        np.arange(12.0)[::-1],
        np.arange(12.0).reshape(3, 4).T,
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.broadcast_to(np.arange(3.0), (4, 3)),
        np.arange(24).reshape(2, 3, 4)[:, 1:, ::3],
    ],
)
def test_any_order_in_memory_arrives_in_c_order(array):
    arrived = through(array)
    assert np.array_equal(arrived, array)
    assert arrived.flags.c_contiguous
    assert arrived.flags.writeable
    assert arrived.flags.owndata or arrived.base.flags.owndata


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_scalars_stay_numpy_scalars(dtype):
    value = np.dtype(dtype).type(1)
    assert same(through(value), value)


def test_numpy_text_becomes_text():
    assert same(through([np.str_("x"), np.bytes_(b"y")]), ["x", b"y"])


def test_handles_names_and_tensors_are_built_by_the_receiver():
    message = encode([Handle(2**63, "Value"), Name("f"), TensorValue(np.ones(2), requires_grad=True)])
    handle, name, tensor = decode(message)
    assert (handle, name) == (Handle(2**63, "Value"), Name("f"))
    assert tensor.requires_grad
    assert same(tensor.array, np.ones(2))
    assert decode(message, build=lambda item: type(item).__name__) == ["Handle", "Name", "TensorValue"]


# -- subclasses and look-alikes -------------------------------------------------------------------------------------


class YesArray(np.ndarray):
    shape = property(lambda self: (1,))
    dtype = property(lambda self: "nonsense")

    def __eq__(self, other):
        return True

    def __array__(self, *_arguments, **_options):
        raise AssertionError("asked")


class YesInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__

    def __int__(self):
        return 42

    def bit_length(self):
        return 0

    def to_bytes(self, *_arguments, **_options):
        return b"\x2a"


class YesFloat(float):
    def __float__(self):
        return 42.0


class YesText(str):
    __slots__ = ()

    def encode(self, *_arguments):
        return b"42"

    def __len__(self):
        return 0

    def __str__(self):
        return "42"


class YesList(list):
    def __iter__(self):
        return iter([42])

    def __len__(self):
        return 1


class YesDict(dict):
    def items(self):
        return [(42, 42)]

    def __len__(self):
        return 1


class YesScalar(np.float64):
    dtype = property(lambda self: "nonsense")


class Level(enum.IntEnum):
    LOW = 3


class Word(str, enum.Enum):
    HI = "hi"


class Color(enum.Enum):
    RED = 1


class Liar:
    """Says that it is of another class."""

    def __init__(self, kind):
        self.kind = kind

    __class__ = property(lambda self: self.kind)


class YesObject:
    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, *_arguments, **_options):
        return np.ones(3)


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "arrived"),
    [
        (np.arange(3.0).view(YesArray), np.arange(3.0)),
        (np.array([[1.0, 2.0]]).view(np.matrix), np.array([[1.0, 2.0]])),
        (np.ma.array([1.0, 2.0], mask=[False, True]), np.array([1.0, 2.0])),
        (YesInt(7), 7),
        (YesFloat(7), 7.0),
        (YesText("seven"), "seven"),
        (YesList([7, 8]), [7, 8]),
        (YesDict(a=7), {"a": 7}),
        (YesScalar(7), np.float64(7)),
        (Point(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (Level.LOW, 3),
        (Word.HI, "hi"),
        ({np.int64(3): 1, np.str_("k"): 2, np.float64(0.5): 3, np.bool_(True): 4}, {3: 1, "k": 2, 0.5: 3, True: 4}),
        ({YesText("k"): 1, Level.LOW: 2}, {"k": 1, 3: 2}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_arrive_as_what_their_base_holds(value, arrived):
    assert same(through(value), arrived)


@pytest.mark.parametrize(
    "kind", [str, bytes, bool, int, float, list, tuple, dict, np.ndarray, np.float64, TensorValue, Handle, Name]
)
def test_an_object_that_lies_about_its_class_stays_in_the_worker(kind):
    assert through(Liar(kind), opaque=keep) == Handle(7, "Liar")


@pytest.mark.parametrize(
    "value",
    [
        YesObject(),
        Color.RED,
        object(),
        int,
        len,
        {1, 2},
        range(3),
        1j,
        (n for n in range(3)),
        np.complex128(1j),
        np.longdouble(1) if np.dtype(np.longdouble).itemsize != 8 else 1j,
        np.datetime64("2020-01-01"),
        np.array([1j]),
        np.array([None, 1], dtype=object),
        np.array(["a"]),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.zeros([1] * 17),
        {(0, 1): 2},
        {b"k": 1},
        {10**30: 1},
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_things_stay_in_the_worker(value):
    assert through([value], opaque=keep) == [Handle(7, type(value).__name__)]
    with pytest.raises(UnsendableError):
        encode(value)


@pytest.mark.skipif(not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"), reason="NumPy before 2")
def test_an_array_of_numpy_strings_stays_in_the_worker():
    assert through(np.array(["a"], dtype=np.dtypes.StringDType()), opaque=keep) == Handle(7, "ndarray")


# -- bounds ---------------------------------------------------------------------------------------------------------


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


SMALL = Bounds(total=1000, items=50, depth=4, dims=2, integer=8, name=10, keys=5)


@pytest.mark.parametrize(
    ("fits", "breaks"),
    [
        (b"x" * 990, b"x" * 1100),
        ("x" * 990, "x" * 1100),
        ("가" * 330, "가" * 360),
        (np.zeros(120), np.zeros(140)),
        ([0] * 49, [0] * 50),
        ({str(n): n for n in range(24)}, {str(n): n for n in range(25)}),
        (dict.fromkeys(range(5)), dict.fromkeys(range(6))),
        (nested(4), nested(5)),
        (2**62, 2**63),
        (-(2**62), -(2**63) - 1),
        (np.zeros((0, 900)), np.zeros((0, 1001))),
        (TensorValue(np.zeros(110)), TensorValue(np.zeros(140))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_bounds_hold_on_both_sides(fits, breaks):
    message = encode(fits, bounds=SMALL)
    decode(message, bounds=SMALL)
    with pytest.raises(UnsendableError):
        encode(breaks, bounds=SMALL)
    with pytest.raises(WireError):
        decode(encode(breaks), bounds=SMALL)


def test_dimensions_and_names_are_bounded_when_decoding():
    with pytest.raises(WireError):
        decode(encode(np.zeros((1, 1, 1))), bounds=SMALL)
    with pytest.raises(WireError):
        decode(encode(Handle(1, "x" * 41)), bounds=SMALL)
    assert decode(encode(Handle(1, "x" * 500))).kind == "x" * 200


def refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        decode(frame)


def test_int_keys_that_collide_are_refused():
    """A dict of 20,000 ints with one hash would take the judge many seconds to build."""
    built = []
    pairs = b"".join(encode(n * (2**61 - 1)) + encode(Name("f")) for n in range(20_000))
    with pytest.raises(WireError):
        decode(b"d" + struct.pack("<I", 20_000) + pairs, build=built.append)
    assert len(built) < 10  # few ints of 8 bytes have one hash, and longer ones are no keys


@pytest.mark.parametrize(
    "value",
    [
        np.broadcast_to(np.zeros(1), (1 << 20, 1 << 20)),
        [np.broadcast_to(np.zeros(1), (1 << 27,))],
        b"x" * (65 << 20),
        "x" * (65 << 20),
    ],
    ids=["broadcast", "in-a-list", "bytes", "text"],
)
def test_what_is_too_large_is_not_copied_first(value):
    tracemalloc.start()
    with pytest.raises(UnsendableError):
        encode(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def lying(tag, count):
    return tag + struct.pack("<I", count)


def array_header(code, *shape):
    return b"a" + bytes([code, len(shape)]) + b"".join(struct.pack("<Q", n) for n in shape)


@pytest.mark.parametrize(
    "frame",
    [
        *(lying(tag, 0xFFFFFFFF) for tag in (b"s", b"b", b"l", b"u", b"d", b"i", b"n")),
        *(lying(tag, 60 << 20) + b"N" * 100 for tag in (b"s", b"b", b"l", b"u", b"d")),
        lying(b"l", 3) * 30,
        array_header(11, 1 << 40),
        array_header(11, 2**64 - 1, 2**64 - 1),
        array_header(11, 0, 1 << 62),
        array_header(11, 1 << 62, 0, 1 << 62),
        array_header(11, 1 << 22),
        array_header(0, 1 << 26),
        array_header(200, 1),
        array_header(11, *[1] * 17),
        b"g\xff",
        b"g\x0b\0\0",
        b"t\1" + b"t\1" + array_header(11),
        b"t\1" + array_header(4) + b"\0" * 8,
        b"h" + b"\xff" * 8 + struct.pack("<I", 1 << 31),
        b"s\1\0\0\0\xff",
        b"d\1\0\0\0" + b"l\0\0\0\0N",
        b"d\1\0\0\0" + b"g\x0b" + b"\0" * 8 + b"N",
        b"NN",
        b"",
        b"z",
    ],
)
def test_a_lying_header_takes_no_memory(frame):
    tracemalloc.start()
    with pytest.raises(WireError):
        decode(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_broken_utf8_is_refused_at_its_first_byte():
    """Not mended: that takes seconds."""
    with pytest.raises(WireError) as caught:
        decode(lying(b"s", 1000) + b"\xff" * 1000)
    assert caught.value.__cause__.start == 0


def test_no_part_of_a_list_beyond_the_bounds_is_read():
    built = []
    with pytest.raises(WireError):
        decode(lying(b"l", 1 << 20) + encode(Name("f")) * (1 << 20), build=built.append)
    assert built == []


# -- fuzz -----------------------------------------------------------------------------------------------------------


@fuzz
@given(st.binary(max_size=60))
@example(b"d\2\0\0\0" + b"T" + b"N" + b"i\1\0\0\0\1" + b"N")
def test_random_bytes_give_plain_values_or_a_wire_error(data):
    try:
        value = decode(data)
    except WireError:
        return
    assert_allowed(value)


SEEDS = [
    encode([1, 2.5, "text", b"bytes", None, True, (1, 2), {"a": [1], 2: "b"}]),
    encode([np.arange(6.0).reshape(2, 3), np.float32(1), np.array([True, False]), np.zeros((0, 2))]),
    encode([TensorValue(np.ones(2), requires_grad=True), Handle(3, "Value"), Name("f"), nested(10)]),
    encode((1, "raised", {"type": "E", "bases": ["E"], "text": "t", "frames": [("c", 1, "f")]})),
]


@fuzz
@given(st.sampled_from(SEEDS), st.data())
def test_mutated_frames_give_plain_values_or_a_wire_error(seed, data):
    frame = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(frame) - 1, 0)))
        how = data.draw(st.sampled_from(["set", "cut", "insert", "large"]))
        if how == "cut":
            del frame[at : at + data.draw(st.integers(1, 8))]
        elif how == "insert":
            frame[at:at] = data.draw(st.binary(min_size=1, max_size=9))
        else:
            frame[at : at + 1] = (
                b"\xff" if how == "large" else bytes([data.draw(st.sampled_from(b"NTFifsbludagthn\x00\x01"))])
            )
    try:
        value = decode(bytes(frame))
    except WireError:
        return
    assert_allowed(value)

"""NumPy's arrays and scalars on the bridge, and as a person sees them."""

import numpy as np
import pytest

from grader.worker.values.arrays import Array, Scalar, code_of, elements_text, outline_of
from grader.worker.values.kind import LONGEST
from grader.worker.wire import decode, encode
from tests.worker.test_wire import DTYPES, same, through


@pytest.mark.parametrize("dtype", [name for name in DTYPES if name not in ("?", "i1", "u1")])
def test_big_endian_arrives_little_endian(dtype):
    array = np.arange(6, dtype=f">{dtype}").reshape(2, 3)
    assert same(through(array), array.astype(f"<{dtype}"))


def test_a_platform_alias_of_a_dtype_is_that_dtype():
    assert through(np.zeros(2, "longlong")).dtype == np.int64
    assert through(np.zeros(2, np.dtype("f8", metadata={"unit": "m"}))).dtype.metadata is None


def test_bools_of_other_bytes_than_0_and_1_become_true():
    frame = bytearray(encode(np.array([True, False])))
    frame[-2:] = b"\x02\xff"
    arrived = decode(bytes(frame))
    assert arrived.tolist() == [True, True]
    assert arrived.view(np.uint8).tolist() == [1, 1]


def test_the_code_of_a_dtype_is_that_of_either_byte_order():
    assert code_of(np.zeros(1, ">f4")) == code_of(np.zeros(1, "<f4")) is not None
    assert code_of(np.zeros(1, complex)) is None
    assert code_of(np.array(["a"])) is None


def test_an_outline_sums_what_is_finite():
    assert outline_of(np.array([1.0, -3.0, np.nan, np.inf])) == ["array", "<f8", [4], 4.0, -2.0]
    assert outline_of(np.zeros((0, 2), "i4")) == ["array", "<i4", [0, 2], 0.0, 0.0]


def test_an_array_is_shown_with_dtype_and_shape_and_cut():
    assert elements_text(np.array([1, 2], "i4")) == "[1, 2], int32, shape (2,)"
    assert "..." in elements_text(np.zeros(1000))
    assert len(elements_text(np.zeros([2] * 14))) <= LONGEST
    assert Array().show(np.array([1.5]), repr) == "array([1.5], float64, shape (1,))"


def test_what_a_scalar_is_called():
    assert [Scalar().word(value) for value in (np.bool_(True), np.float32(1))] == ["a truth value", "a number"]
    assert Array().word(np.ones(2)) == "an array"

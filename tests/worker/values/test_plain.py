"""None, truth values, numbers, text and bytes, as they are shown and named."""

import pytest

from grader.worker.values import exact_kind, kind_of_class
from grader.worker.values.kind import LONGEST
from grader.worker.wire import Bounds, UnsendableError, WireError, decode, encode

WORDS = {None: "None", True: "a truth value", 3: "a number", 2.5: "a number", "x": "text", b"x": "bytes"}


@pytest.mark.parametrize("value", WORDS, ids=repr)
def test_it_arrives_is_named_and_shown(value):
    kind = exact_kind(value)
    assert decode(encode(value)) == value
    assert kind.word(value) == WORDS[value]
    assert kind.show(value, repr) == repr(value)
    assert (kind.numbers(value) is not None) == isinstance(value, (bool, int, float))


@pytest.mark.parametrize("value", ["x" * 9999, b"x" * 9999, 10**4200], ids=["text", "bytes", "int"])
def test_what_is_long_is_cut(value):
    assert len(exact_kind(value).show(value, repr)) == LONGEST


@pytest.mark.parametrize("value", [0, -1, 127, 128, -128, -129, 2**64], ids=repr)
def test_an_int_takes_no_more_bytes_than_it_needs(value):
    assert len(encode(value)) == 1 + 4 + value.bit_length() // 8 + 1
    assert decode(encode(value)) == value


def test_an_int_is_bounded_on_both_sides():
    bounds = Bounds(integer=2)
    with pytest.raises(UnsendableError):
        encode(1 << 16, bounds=bounds)
    with pytest.raises(WireError):
        decode(encode(1 << 16), bounds=bounds)


def test_what_derives_from_a_number_is_of_its_kind_and_not_exactly():
    class Own(int):
        pass

    assert kind_of_class(Own) is exact_kind(3)
    assert exact_kind(Own(3)) is None

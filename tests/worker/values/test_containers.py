"""Lists, tuples and dicts, and the keys that a dict may have."""

import numpy as np
import pytest

from grader.worker.values import exact_kind
from grader.worker.wire import Bounds, UnsendableError, WireError, decode, encode


@pytest.mark.parametrize(
    ("value", "word", "shown"),
    [
        ([1, "x"], "a list", "[1, 'x']"),
        ((1,), "a tuple", "(1)"),
        ({"a": 1}, "a dict", "{'a': 1}"),
        ([], "a list", "[]"),
    ],
)
def test_it_is_named_and_shown_part_by_part(value, word, shown):
    kind = exact_kind(value)
    assert (kind.word(value), kind.show(value, repr)) == (word, shown)
    assert decode(encode(value)) == value


def test_of_many_parts_the_first_are_shown():
    shown = exact_kind([]).show([0] * 51, repr)
    assert shown.endswith("0, …]")
    assert shown.count("0") == 50
    assert "…" not in exact_kind([]).show([0] * 50, repr)
    assert exact_kind({}).show(dict.fromkeys(range(60)), repr).count("None") == 50


def test_an_outline_is_that_of_the_parts():
    assert exact_kind(()).outline((1, 2), str) == ["1", "2"]
    assert exact_kind({}).outline({"a": 1}, str) == [["a", "1"]]


@pytest.mark.parametrize("key", ["x", 2**63, -1, 2.5, True, None], ids=repr)
def test_a_plain_key_is_sent(key):
    assert decode(encode({key: 1})) == {key: 1}


@pytest.mark.parametrize("key", [(1,), b"x", 2**64, np.datetime64("2020-01-01")], ids=repr)
def test_another_key_is_not(key):
    with pytest.raises(UnsendableError):
        encode({key: 1})


def test_numpy_keys_become_what_they_are_equal_to():
    assert decode(encode({np.float32(0.5): 1, np.int8(3): 2, np.str_("x"): 3})) == {0.5: 1, 3: 2, "x": 3}


def test_keys_that_are_no_text_are_counted():
    bounds = Bounds(keys=2)
    decode(encode({1: 1, 2: 2, "x": 3}, bounds=bounds), bounds=bounds)
    with pytest.raises(UnsendableError):
        encode({1: 1, 2: 2, 3: 3}, bounds=bounds)
    with pytest.raises(WireError):
        decode(encode({1: 1, 2: 2, 3: 3}), bounds=bounds)

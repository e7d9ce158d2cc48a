"""What stands for something on the other side is built there, and is short."""

import pytest

from grader.worker.values import exact_kind
from grader.worker.wire import Bounds, Handle, Name, WireError, decode, encode


def test_the_receiver_builds_what_it_stands_for():
    known = {Handle(2**64 - 1, "Own"): "object", Name("f"): "function"}
    assert decode(encode([*known]), build=known.get) == ["object", "function"]
    assert decode(encode([*known])) == [*known]


def test_names_are_bounded():
    bounds = Bounds(name=3)
    assert decode(encode(Handle(1, "abcdef"), bounds=bounds), bounds=bounds) == Handle(1, "abc")
    with pytest.raises(WireError):
        decode(encode(Name("x" * 13)), bounds=bounds)


def test_a_handle_that_breaks_off_is_refused():
    whole = encode(Handle(1, "Own"))
    for size in range(1, len(whole)):
        with pytest.raises(WireError):
            decode(whole[:size])


def test_they_are_named_and_shown_by_what_they_stand_for():
    handle, name = Handle(7, "Own"), Name("f")
    assert (exact_kind(handle).word(handle), exact_kind(handle).show(handle, repr)) == ("Own", "<Own 7>")
    assert (exact_kind(name).word(name), exact_kind(name).show(name, repr)) == ("f", "f")
    assert exact_kind(name).outline(name, repr) == ["name", "f"]

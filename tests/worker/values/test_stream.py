"""A reader takes no more than has arrived, and a writer gives no more than its bounds."""

import pytest

from grader.worker.values.stream import (
    UINT32,
    Bounds,
    Reader,
    UnsendableError,
    WireError,
    Writer,
    extent,
    packed_length,
)

BOUNDS = Bounds(total=100, items=5, depth=2, name=3)


def reader(data, bounds=BOUNDS):
    return Reader(data, {ord("N"): lambda _reader, _depth: None}, lambda value: value, bounds)


def writer(opaque=None):
    return Writer({}, lambda _cls: Writer.put_opaque, opaque, BOUNDS)


def test_it_reads_to_the_end_and_not_beyond():
    stream = reader(b"ab")
    assert (stream.byte(), stream.take(1)) == (ord("a"), b"b")
    for read in (stream.byte, stream.length, lambda: stream.take(1), lambda: stream.get(0)):
        with pytest.raises(WireError):
            read()
    assert stream.take(0) == b""


@pytest.mark.parametrize("data", [b"", b"x", b"NN", b"N" * 200])
def test_a_message_is_one_known_value(data):
    with pytest.raises(WireError):
        reader(data).message()
    assert reader(b"N").message() is None


def test_a_count_is_held_against_what_is_left_and_against_the_bounds():
    assert reader(UINT32.pack(4) + b"NNNN").get_all(0) == [None] * 4
    for data, depth in ((UINT32.pack(5) + b"NNNN", 0), (UINT32.pack(5) + b"N" * 5, 0), (UINT32.pack(1) + b"N", 2)):
        with pytest.raises(WireError):
            reader(data).get_all(depth)
    with pytest.raises(WireError):
        reader(UINT32.pack(3) + b"NNN").count(0, each=2)


def test_a_name_is_short_and_text_is_utf8():
    assert reader(UINT32.pack(3) + b"abc").name() == "abc"
    for data in (UINT32.pack(13) + b"a" * 13, UINT32.pack(1) + b"\xff"):
        with pytest.raises(WireError):
            reader(data).name()


def test_a_writer_counts_parts_depth_and_bytes():
    for too_much in (
        lambda: writer().expect(5, 0),
        lambda: writer().expect(1, 2),
        lambda: writer().room_for(101),
        lambda: packed_length(1 << 32),
    ):
        with pytest.raises(UnsendableError):
            too_much()
    writer().expect(4, 1)
    writer().expect(0, 2)
    writer().room_for(100)


def test_what_has_no_writer_is_refused_without_a_handle():
    with pytest.raises(UnsendableError, match="object"):
        writer().message(object())


def test_an_extent_leaves_out_sizes_of_zero():
    assert extent((0, 2**62)) == 2**62
    assert extent(()) == 1

"""A kind that is made of simpler values: what its author has to say, and what follows from it."""

from dataclasses import dataclass
from typing import Any

import pytest

from grader.worker.values import VALUE_KINDS, kind_of_class
from grader.worker.values.kind import Compound
from grader.worker.values.stream import Bounds, Reader, UnsendableError, WireError, Writer


@dataclass(frozen=True)
class Pair:
    left: Any
    right: Any


class PairKind(Compound):
    tag, name, count = b"P", "pair", 2
    classes = (Pair,)

    def parts(self, value: Pair) -> tuple[Any, ...]:
        return value.left, value.right

    def whole(self, parts: tuple[Any, ...]) -> Pair:
        if type(parts[0]) is not int:
            raise TypeError("left is a number")
        return Pair(*parts)


PAIR = PairKind()
KNOWN = (*VALUE_KINDS, PAIR)


def encode(value: Any, bounds: Bounds) -> bytes:
    writers = {id(cls): kind.write for kind in KNOWN for cls in kind.classes}
    return Writer(writers, lambda cls: kind_of_class(cls).write, None, bounds).message(value)


def decode(data: bytes, bounds: Bounds) -> Any:
    readers = {tag: read for kind in KNOWN for tag, read in kind.readers().items()}
    return Reader(data, readers, lambda value: value, bounds).message()


def test_a_pair_goes_out_and_back() -> None:
    value = [Pair(1, "x"), Pair(2, [Pair(3, None)])]
    assert decode(encode(value, Bounds()), Bounds()) == value


def test_parts_that_do_not_fit_are_refused() -> None:
    for data in (b"P", b"PN", b"PNN", b"Pz"):
        with pytest.raises(WireError):
            decode(data, Bounds())


def test_parts_are_counted_and_nested_within_the_bounds() -> None:
    value = Pair(1, Pair(2, Pair(3, 4)))
    for bounds in (Bounds(items=6), Bounds(depth=2)):
        with pytest.raises(UnsendableError):
            encode(value, bounds)
        with pytest.raises(WireError):
            decode(encode(value, Bounds()), bounds)
    assert decode(encode(value, Bounds(items=7, depth=3)), Bounds(items=7, depth=3)) == value


def test_it_is_shown_outlined_and_compared_by_its_parts() -> None:
    assert PAIR.show(Pair(1, "x"), repr) == "pair(1, 'x')"
    assert PAIR.outline(Pair(1, "x"), lambda part: part) == ["pair", 1, "x"]
    assert PAIR.simpler(Pair(1, "x")) == (1, "x")

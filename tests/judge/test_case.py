"""What an author says of a case, and how it is refused where it can't be meant."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader import case
from grader.judge.case import info_of


def test_what_was_said_is_kept_with_the_function() -> None:
    @case("mse", points="1/2", concept="reduction", needs="test_first")
    def test_it() -> None: ...

    info = info_of(test_it)
    assert info is not None
    assert (info.section, info.points, info.concept, info.needs) == (
        "mse",
        Fraction(1, 2),
        "reduction",
        ("test_first",),
    )


def test_several_needs_and_none() -> None:
    @case("mse", points=1, concept="c", needs=["test_a", "test_b[mean]"])
    def test_it() -> None: ...

    info = info_of(test_it)
    assert info is not None
    assert info.needs == ("test_a", "test_b[mean]")
    assert info_of(len) is None


def test_points_are_never_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="half"):
        case("mse", points="half", concept="c")

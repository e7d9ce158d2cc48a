"""`d2d override`: points given by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.staff import PROMOTE, Staff


def test_override(staff: Staff, group: Path) -> None:
    arguments = ("override", "--gradebook", "book.db", "lee", "hw4")
    run = staff(*arguments, "--points", "61", "--why", "rubric", "--by", "park")
    assert run.code == 0
    assert "lee, hw4: 61 of 100 points from now on, by park." in run.err
    assert staff(*PROMOTE, "--json", "-").json[1]["passed"] == ["hw1", "hw2", "hw3", "hw4"]
    shown = staff("gradebook", "show", "--gradebook", "book.db").out
    assert "✓ 61 %*" in shown
    shown = staff("gradebook", "show", "lee", "--gradebook", "book.db").out
    assert "rubric" in shown
    assert staff(*arguments, "--withdraw", "--why", "slip", "--by", "park").code == 0
    assert staff(*PROMOTE, "--json", "-").json[1]["passed"] == ["hw1", "hw2", "hw3"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--points", "101"), "hw4 has from 0 to 100 points"),
        (("--points", "-1"), "-1 is no number of points"),
        (("--points", "1e99999999"), "is no number of points"),
        (("--points", "1/0"), "is no number of points"),
        (("--points", "1", "--withdraw"), "either --points N or --withdraw"),
        ((), "either --points N or --withdraw"),
        (("--points", "1", "--why", " "), "says who made it and why"),
    ],
)
def test_override_of_what_can_not_be(staff: Staff, more: tuple[str, ...], said: str) -> None:
    run = staff("override", "--gradebook", "book.db", "lee", "hw4", "--why", "x", "--by", "y", *more)
    assert run.code == 2
    assert said in run.err


def test_override_of_a_name_that_nobody_has_is_said(staff: Staff) -> None:
    run = staff("override", "--gradebook", "book.db", "leee", "hw1", "--points", "1", "--why", "x", "--by", "y")
    assert run.code == 0
    assert "Nothing of leee is in the gradebook so far" in run.err

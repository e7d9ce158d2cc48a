"""A gradebook gives back what was put in, and takes only what it may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

import pytest

from grader.course.course import Term
from grader.errors import BadInputError
from grader.gradebook.book import Gradebook
from grader.report.reader import Document, read_value
from grader.report.report import Report
from grader.report.signature import SigningKey

MakeDocument = Callable[..., Document]
TERM = Term()


def test_what_was_put_in_comes_out(book: Path, document: MakeDocument) -> None:
    when = datetime(2026, 3, 20, 14, 59, tzinfo=timezone.utc)
    with Gradebook(book, create=True) as opened:
        added = opened.add(document(), by="staff", submitted_at=when)
        assert added.new
        assert opened.document(added.id).value == document().value
    with Gradebook(book) as opened:
        (entry,) = opened.entries("kim")
        assert (entry.score, entry.max_score, entry.submitted_at, entry.complete) == (41, 50, when, True)
        assert opened.entries("lee") == []
        (log,) = opened.log()
        assert (log.by, log.action, log.member, log.what["score"]) == ("staff", "report", "kim", 41)
        assert list(opened.check()) == []


def test_the_same_report_is_taken_once(book: Path, document: MakeDocument) -> None:
    with Gradebook(book, create=True) as opened:
        first = opened.add(document(), by="staff")
        again = opened.add(document(), by="staff")
        assert (first.id, again.id, again.new) == (1, 1, False)
        assert len(opened.log()) == 1


def test_a_time_of_handing_in_may_come_later(book: Path, document: MakeDocument) -> None:
    """The one that was named last stands, and the report is still taken once."""
    first, second = (datetime(2026, 3, day, 14, 59, tzinfo=timezone.utc) for day in (20, 21))
    with Gradebook(book, create=True) as opened:
        for given, stands in ((None, None), (first, first), (None, first), (first, first), (second, second)):
            opened.add(document(), by="staff", submitted_at=given)
            (entry,) = opened.entries("kim")
            assert entry.submitted_at == stands
        assert [entry.action for entry in opened.log()] == ["report", "submitted", "submitted"]
        assert list(opened.check()) == []


def test_all_of_them_or_none(book: Path, document: MakeDocument) -> None:
    with Gradebook(book, create=True) as opened:
        batch = [(document("kim"), None, "kim.json"), (document("lee", visibility="public"), None, "lee.json")]
        with pytest.raises(BadInputError, match=r"lee\.json: This is a check by the public cases alone"):
            opened.add_all(batch, by="staff")
        assert opened.entries() == opened.log() == []


def test_with_a_key_only_what_it_signed_is_taken(
    book: Path, document: MakeDocument, make: Callable[..., Report], signing_key: SigningKey
) -> None:
    with Gradebook(book, create=True, key=signing_key.public) as opened:
        with pytest.raises(BadInputError, match="not signed"):
            opened.add(document(), by="staff")
        value = signing_key.sign(make()).as_json()
        with pytest.raises(BadInputError, match="changed after it was signed"):
            opened.add(read_value({**value, "member": "lee"}), by="staff")
        opened.add(read_value(value), by="staff")
        assert [entry.key_id for entry in opened.entries()] == [signing_key.public.id]


def test_overrides(filled: Path) -> None:
    with Gradebook(filled) as opened:
        results = opened.results(TERM)
        assert (results["lee"]["hw1"].score, results["kim"]["hw1"].score) == (Fraction(7, 2), 41)
        give = {"by": "park", "why": "x", "max_score": Fraction(50), "pass_percent": 60}
        for points in (Fraction(51), Fraction(-1)):
            with pytest.raises(BadInputError, match="hw1 has from 0 to 50 points"):
                opened.override("lee", "hw1", points, **give)  # type: ignore[arg-type]
        for missing in ({"by": " "}, {"why": ""}):
            with pytest.raises(BadInputError, match="who made it and why"):
                opened.override("lee", "hw1", Fraction(1), **{**give, **missing})  # type: ignore[arg-type]
        opened.override("lee", "hw1", None, **give)  # type: ignore[arg-type]
        assert opened.results(TERM)["lee"]["hw1"].score == 41
        assert [each.action for each in opened.log("lee")] == ["report", "override", "override"]
        assert list(opened.check()) == []


def test_the_same_decisions_are_stored_once(filled: Path) -> None:
    with Gradebook(filled) as opened:
        assert not opened.decide([{"decision": "junior", "member": "kim"}], by="lee")
        assert opened.decide([{"decision": "promoted", "member": "kim"}], by="lee")
        assert opened.log()[-1].what["counts"] == {"promoted": 1}


def test_names_taken_apart_by_macos_are_the_same_member(book: Path, document: MakeDocument) -> None:
    import unicodedata

    with Gradebook(book, create=True) as opened:
        opened.add(document(unicodedata.normalize("NFD", "김민수")), by="staff")
        assert list(opened.results(TERM)) == [unicodedata.normalize("NFC", "김민수")]
        assert list(opened.check()) == []


def test_the_same_decisions_in_another_language_are_the_same(filled: Path) -> None:
    with Gradebook(filled) as opened:
        assert opened.decide([{"decision": "junior", "member": "lee", "missing": ["2 more discussions"]}], by="lee")
        assert not opened.decide([{"decision": "junior", "member": "lee", "missing": ["디스커션 2개"]}], by="lee")

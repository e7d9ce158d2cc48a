"""What commands look up: the course, a time, the gradebook."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grader.cli.options import course_of, open_book, time_of
from grader.course.course import Term
from grader.errors import UsageError
from grader.gradebook.book import Gradebook
from grader.report.signature import keygen


def test_a_course_that_is_named_comes_before_the_one_around(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    assert course_of({"course": None}).folder == course
    monkeypatch.chdir(tmp_path)
    named = course_of({"course": course})
    assert named.folder == course
    assert named.term.deadlines == {}


def test_a_time_is_the_course_s_own_unless_it_names_another() -> None:
    assert time_of("2026-03-20T23:59", Term()) == datetime(2026, 3, 20, 14, 59, tzinfo=timezone.utc)
    assert time_of("2026-03-20T23:59Z", Term()) == datetime(2026, 3, 20, 23, 59, tzinfo=timezone.utc)
    assert time_of(None, Term()).tzinfo is timezone.utc
    with pytest.raises(UsageError):
        time_of("tomorrow", Term())


def test_a_time_that_the_clock_shows_twice_is_asked_about() -> None:
    term = Term(zone=ZoneInfo("America/New_York"))
    with pytest.raises(UsageError, match=r"twice: 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00") as caught:
        time_of("2026-11-01T01:30", term)
    assert "offset" in str(caught.value.hint)
    assert time_of("2026-11-01T01:30-05:00", term) == datetime(2026, 11, 1, 6, 30, tzinfo=timezone.utc)


def test_a_course_with_a_key_has_a_gradebook_with_one(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    Gradebook(tmp_path / "book.db", create=True).close()
    with open_book(tmp_path / "book.db", Term(public_key=tmp_path / "key.pub")) as book:
        assert book.key is not None
        assert book.key.id == key.id
    with open_book(tmp_path / "book.db", Term()) as book:
        assert (book.key, book.unsigned) == (None, False)
    for term, option in ((Term(unsigned=True), False), (Term(), True)):
        with open_book(tmp_path / "book.db", term, unsigned=option) as book:
            assert book.unsigned is True

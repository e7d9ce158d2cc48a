"""What a member may see of a full report, and what no rule lets through."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader import i18n
from grader.course.course import Cooldown, Deadline, Feedback, Level, Term
from grader.gradebook.book import Gradebook
from grader.gradebook.feedback import Held, feedback_now, paused_until, seen
from grader.gradebook.results import LoggedReport
from grader.report.reader import Document, read_value
from grader.report.report import CaseResult, Hint, Note, Report, Verdict, Visibility, Where
from grader.report.signature import SigningKey

if TYPE_CHECKING:
    from tests.benches import Bench

DEADLINE = datetime(2026, 3, 20, 15, tzinfo=timezone.utc)
BEFORE, AFTER = DEADLINE - timedelta(hours=1), DEADLINE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.use("en")


def term(before: Level = Level.SCORE, after: Level = Level.HINT, **deadlines: datetime) -> Term:
    return Term(
        deadlines={name: Deadline(at, timedelta(minutes=10)) for name, at in deadlines.items()},
        feedback=Feedback(before, after),
    )


def hidden(name: str, verdict: Verdict, points: int, of: int, section: str = "mse_loss") -> CaseResult:
    return CaseResult(
        id=f"test_hidden.py::{name}",
        section=section,
        concept="edges",
        title=f"title of {name}",
        visibility=Visibility.HIDDEN,
        verdict=verdict,
        points=Fraction(points),
        max_points=Fraction(of),
        message="" if verdict is Verdict.PASSED else f"message of {name}",
        hint=Hint("mean-over-batch", f"hint of {name}") if verdict is Verdict.FAILED else None,
        where=Where("kim.ipynb", line=4, cell=7),
        seconds=1.234,
    )


@pytest.fixture
def full(make: Callable[..., Report]) -> Report:
    """kim's report: of mse_loss a public case and three hidden ones, of l1_loss and sigmoid hidden ones alone."""
    made = make()
    public = replace(made.cases[1], max_points=Fraction(2))
    cases = (
        hidden("test_wide", Verdict.PASSED, 3, 3),
        public,
        hidden("test_edge", Verdict.FAILED, 0, 2),
        hidden("test_raise", Verdict.ERROR, 0, 1),
        hidden("test_l1", Verdict.MISSING, 0, 4, "l1_loss"),
        hidden("test_l1_edge", Verdict.SKIPPED, 0, 4, "l1_loss"),
        hidden("test_sigmoid", Verdict.PASSED, 5, 5, "sigmoid"),
    )
    look = Note("look", "Worth a look: eval", Where("kim.ipynb", line=1))
    return replace(made, cases=cases, notes=(*made.notes, look))


def test_nothing_is_as_if_there_were_no_hidden_case(full: Report) -> None:
    cut = seen(full, term(Level.NOTHING, Level.NOTHING), AFTER)
    assert [case.id for case in cut.cases] == ["test_public.py::test_mse"]
    assert (cut.visibility, cut.score, cut.max_score) == ("public", 0, 2)
    assert "hidden" not in json.dumps(cut.as_json()["cases"])


def test_score_is_one_line_a_section(full: Report) -> None:
    cut = seen(full, term(Level.SCORE), AFTER)
    assert (cut.score, cut.max_score, cut.percent, cut.passed) == (full.score, full.max_score, full.percent, False)
    assert [(case.section, case.visibility.value, case.verdict.value, case.points) for case in cut.cases] == [
        ("mse_loss", "public", "failed", 0),
        ("mse_loss", "hidden", "failed", 3),
        ("l1_loss", "hidden", "missing", 0),
        ("sigmoid", "hidden", "passed", 5),
    ]
    assert [section.points for section in cut.sections] == [section.points for section in full.sections]
    text = json.dumps(cut.as_json())
    assert not any(word in text for word in ("test_edge", "message of", "hint of", "title of", "1.234"))


def test_title_has_verdicts_and_no_reason(full: Report) -> None:
    cut = seen(full, term(Level.TITLE), AFTER)
    assert sorted(case.id for case in cut.cases) == sorted(case.id for case in full.cases)
    assert {(case.title, case.verdict) for case in cut.cases} == {(case.title, case.verdict) for case in full.cases}
    text = json.dumps(cut.as_json())
    assert not any(word in text for word in ("message of", "hint of", "1.234"))


def test_hint_has_the_reason_but_never_an_exception_or_a_time(full: Report) -> None:
    cut = {case.title: case for case in seen(full, term(Level.HINT), AFTER).cases}
    assert cut["title of test_edge"].message == "message of test_edge"
    assert cut["title of test_edge"].hint == Hint("mean-over-batch", "hint of test_edge")
    assert cut["title of test_raise"].message == "Your code raised an exception."
    assert {case.seconds for case in cut.values() if case.visibility is Visibility.HIDDEN} == {0.0}
    public = next(case for case in full.cases if case.visibility is Visibility.PUBLIC)
    assert cut[public.title] == public


@pytest.mark.parametrize("level", Level)
def test_public_cases_are_whole_and_what_is_for_the_staff_is_gone(full: Report, level: Level) -> None:
    cut = seen(full, term(level, Level.HINT), AFTER)
    assert [case for case in full.cases if case.visibility is Visibility.PUBLIC] == [
        case for case in cut.cases if case.visibility is Visibility.PUBLIC
    ]
    assert {note.kind for note in cut.notes} <= {"cell-set-aside", "feedback"}
    assert read_value(cut.as_json()).report == cut  # a report that every command reads


@pytest.mark.parametrize("level", Level)
def test_a_fault_of_ours_stays_one(full: Report, level: Level) -> None:
    case = replace(full.cases[2], verdict=Verdict.UNGRADABLE, message="The judge itself failed here (NameTold).")
    cut = seen(replace(full, cases=(*full.cases[:2], case, *full.cases[3:])), term(level, Level.HINT), BEFORE)
    assert cut.complete is (level is Level.NOTHING)
    assert "NameTold" not in json.dumps(cut.as_json())


def test_the_deadline_and_its_grace_decide(full: Report) -> None:
    rules = term(Level.SCORE, Level.HINT, hw1=DEADLINE)
    moments = [BEFORE, DEADLINE, DEADLINE + timedelta(minutes=10), DEADLINE + timedelta(minutes=10, seconds=1)]
    found = [seen(full, rules, now) for now in moments]
    assert [len(report.cases) for report in found] == [4, 4, 4, 7]
    assert found[0].notes[-1].text == (
        "Of hidden cases only the points of each section are shown. "
        "You see more of them once the deadline has passed: 2026-03-21 00:10."
    )
    assert not any(note.kind == "feedback" for note in found[-1].notes)


def test_without_a_deadline_it_is_always_before(full: Report) -> None:
    cut = seen(full, term(Level.SCORE, Level.HINT, hw2=DEADLINE), AFTER)
    assert len(cut.cases) == 4
    assert cut.notes[-1].text == "Of hidden cases only the points of each section are shown."


def test_while_paused_nothing_is_shown_and_until_when_is_said(full: Report) -> None:
    rules = term(Level.HINT, Level.HINT, hw1=DEADLINE)
    cut = seen(full, rules, AFTER, paused_until=AFTER + timedelta(hours=2))
    assert [case.visibility for case in cut.cases] == [Visibility.PUBLIC]
    assert "more from 2026-03-21 03:00 on" in cut.notes[-1].text
    assert seen(full, rules, AFTER, paused_until=AFTER) == seen(full, rules, AFTER)


def test_a_signature_is_not_over_what_is_cut(full: Report, signing_key: SigningKey) -> None:
    assert seen(signing_key.sign(full), term(Level.HINT), BEFORE).signature is None


def entries(*hours: float, contents: str = "") -> list[LoggedReport]:
    """Reports that came into the gradebook so many hours after the deadline."""
    names = contents or "abcdefghijklmnop"
    return [
        LoggedReport(number, DEADLINE + timedelta(hours=hour), "kim", "hw1", DEADLINE - timedelta(days=99),
                     names[number], Fraction(1), Fraction(2), 60, True, None)
        for number, hour in enumerate(hours)
    ]  # fmt: skip


RULES = Cooldown(3, timedelta(hours=24))


def test_three_versions_are_in_order_and_a_fourth_is_not() -> None:
    now = DEADLINE + timedelta(hours=10)
    assert paused_until(entries(0, 1, 2), RULES, now) is None
    assert paused_until(entries(0, 1, 2, 3), RULES, now) == DEADLINE + timedelta(hours=24)
    assert paused_until(entries(0, 1, 2, 3, 4), RULES, now) == DEADLINE + timedelta(hours=25)


def test_it_ends_when_it_says() -> None:
    found = entries(0, 1, 2, 3, 4)
    until = paused_until(found, RULES, DEADLINE + timedelta(hours=10))
    assert until is not None
    assert paused_until(found, RULES, until - timedelta(seconds=1)) == until
    assert paused_until(found, RULES, until) is None


def test_the_same_content_again_is_no_new_try_and_the_clock_is_the_staff_s() -> None:
    now = DEADLINE + timedelta(hours=10)
    assert paused_until(entries(0, 1, 2, 3, 4, contents="abcab"), RULES, now) is None
    # every entry above says that it was handed in 99 days earlier: that is a commit's time, the member's to choose
    assert paused_until(entries(0, 1, 2, 3), RULES, now) is not None
    assert paused_until(entries(*range(9)), Cooldown(0, timedelta(hours=24)), now) is None


def test_what_the_gradebook_has_not_counted_shows_nothing_of_hidden_cases(full: Report, tmp_path: Path) -> None:
    rules = term(Level.HINT, Level.HINT, hw1=DEADLINE)
    free = replace(rules, feedback=replace(rules.feedback, cooldown=Cooldown(0)))
    with Gradebook(tmp_path / "book.db", create=True) as book:
        cut, why = feedback_now(full, rules, AFTER, book)
        assert ([case.visibility for case in cut.cases], why) == ([Visibility.PUBLIC], Held.UNCOUNTED)
        assert cut.notes[-1].text == "Hidden cases are not shown here; they count as well."
        assert feedback_now(full, free, AFTER, book) == (seen(full, rules, AFTER), None)
        assert feedback_now(full, rules, AFTER, None) == (seen(full, rules, AFTER), None), "there is none to count by"
        book.add(read_value(full.as_json()), by="staff")
        assert feedback_now(full, rules, AFTER, book) == (seen(full, rules, AFTER), None)
        _cut, why = feedback_now(replace(full, submission_sha256="ff" * 32), rules, AFTER, book)
        assert why is Held.UNCOUNTED


# Its mse answers the public cases rightly; the hidden one, which it knows by its shape, gets the bits of its first
# number by every way out: which exception is raised, how long it takes, what is printed, which text, and what is
# raised when the code is loaded again after a crash.
TELLTALE = """
import os
import time
import numpy as np

KINDS = (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, OverflowError, RuntimeError, RecursionError)


def mse(x, y):
    if x.shape[1] != 9:
        return np.mean((x - y) ** 2)
    bits = abs(int(x[0, 0] * 1e6)) % 8
    print("the first bits are", bits)
    if bits % 2:
        print("x" * 1_000_000)
    time.sleep(bits / 100)
    raise KINDS[bits](f"bits {bits}")


def double(x):
    return 2 * x
"""


def test_no_input_of_a_hidden_case_gets_out(course: Path, bench: Callable[..., Bench]) -> None:
    judge = bench(course)
    secrets = [bytes([number]) for number in range(6)]
    reports = [judge.judge(TELLTALE, secret=secret) for secret in secrets]
    # it does try: the full reports, which the staff alone reads, differ
    assert len({report.cases[-1].message for report in reports}) > 1
    for level in Level:
        cut = [seen(replace(report, graded_at=""), term(level, Level.HINT), BEFORE) for report in reports]
        told = {json.dumps([case.as_json() for case in each.cases if case.visibility is Visibility.HIDDEN]
                           + [note.as_json() for note in each.notes]) for each in cut}  # fmt: skip
        assert len(told) == 1, level
        assert not any(name in text for text in told for name in ("Error", "bits"))


def test_a_document_of_the_gradebook_can_be_cut(document: Callable[..., Document]) -> None:
    cut = seen(document().report, term(Level.SCORE), BEFORE)
    assert cut.score == document().report.score

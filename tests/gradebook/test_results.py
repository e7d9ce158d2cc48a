"""Which report counts: overrides, resubmissions, lateness, reruns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction

import pytest

from grader.course.course import Counts, Deadline, Term
from grader.gradebook.results import LoggedReport, Override, Result, counting, listed

NOON = datetime(2026, 3, 20, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def entry(
    id_: int, content: str, score: int, hours: float | None = 0.0, *, complete: bool = True, of: int = 100
) -> LoggedReport:
    submitted = None if hours is None else NOON + hours * HOUR
    added = NOON + timedelta(days=id_)
    return LoggedReport(id_, added, "kim", "hw1", submitted, content, Fraction(score), Fraction(of), 60, complete, None)


def override(id_: int, points: int | None) -> Override:
    value = None if points is None else Fraction(points)
    return Override(id_, NOON, "lee", "rubric", "kim", "hw1", value, Fraction(100), 60)


def result(entries: list[LoggedReport], *overrides: Override, **term: object) -> Result:
    return counting(entries, overrides, Term(**term))["kim"]["hw1"]  # type: ignore[arg-type]


THREE = [entry(1, "a", 50, 0), entry(2, "b", 90, 1), entry(3, "c", 70, 2)]


@pytest.mark.parametrize(("counts", "score"), [(Counts.BEST, 90), (Counts.LAST, 70), (Counts.FIRST, 50)])
def test_resubmissions(counts: Counts, score: int) -> None:
    found = result(THREE, counts=counts)
    assert (found.score, found.submissions) == (score, 3)
    # in whatever order they were graded
    other_way = [entry(4 - each.id, each.submission_sha256, int(each.score), each.id) for each in THREE]
    assert result(other_way, counts=counts).score == score


def test_best_is_by_share_and_the_newer_of_equals() -> None:
    found = result([entry(1, "a", 50, 0, of=100), entry(2, "b", 30, 1, of=50), entry(3, "c", 60, 2, of=100)])
    assert (found.score, found.max_score, found.report) == (60, 100, 3)


def test_a_regrade_of_the_same_content_replaces_its_report_also_downwards() -> None:
    found = result([entry(1, "a", 90), entry(2, "a", 80)])
    assert (found.score, found.submissions) == (80, 1)


def test_ungradable_never_lowers_a_score() -> None:
    found = result([entry(1, "a", 90), entry(2, "a", 10, complete=False)])
    assert (found.score, found.complete, found.rerun_due) == (90, True, False)
    for counts in Counts:
        found = result([entry(1, "a", 90), entry(2, "b", 10, 1, complete=False)], counts=counts)
        assert (found.score, found.complete, found.rerun_due) == (90, True, True)
    found = result([entry(1, "a", 10, complete=False)])
    assert (found.score, found.complete, found.rerun_due, found.passed) == (10, False, True, False)


DUE = {"deadlines": {"hw1": Deadline(NOON, timedelta(minutes=10))}}


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (10, False), (10.02, True), (60, True)])
def test_grace(minutes: float, late: bool) -> None:
    found = result([entry(1, "a", 90, minutes / 60)], **DUE)
    assert (found.late, found.passed) == (late, not late)


def test_a_late_one_does_not_take_the_place_of_one_in_time() -> None:
    entries = [entry(1, "a", 60, -1), entry(2, "b", 90, 1)]
    for counts in Counts:
        assert result(entries, counts=counts, **DUE).score == 60
    assert result(entries, late_counts=True, **DUE).score == 90


def test_only_late_ones_are_shown_and_do_not_pass() -> None:
    found = result([entry(1, "a", 90, 1)], **DUE)
    assert (found.score, found.late, found.passed, found.percent) == (90, True, False, 90)
    assert result([entry(1, "a", 90, 1)], late_counts=True, **DUE).passed


def test_a_time_that_nobody_knows_does_not_speak_against_it() -> None:
    assert result([entry(1, "a", 90, None)], **DUE).passed


def test_a_regrade_after_the_deadline_is_of_what_was_in_time() -> None:
    assert result([entry(1, "a", 50, -1), entry(2, "a", 90, None), entry(3, "a", 80, 5)], **DUE).score == 80


def test_a_hand_beats_every_rerun() -> None:
    found = result([*THREE, entry(9, "z", 100, 9)], override(1, 61), **DUE)
    assert (found.score, found.passed, found.late, found.submissions) == (61, True, False, 4)
    assert found.override is not None
    assert found.override.by == "lee"


def test_the_last_hand_counts_and_may_be_withdrawn() -> None:
    assert result(THREE, override(2, 10), override(1, 61)).score == 10
    assert result(THREE, override(1, 61), override(2, None)).score == 90
    assert counting([], [override(1, 61), override(2, None)], Term()) == {}


def test_a_hand_where_nothing_was_graded() -> None:
    found = result([], override(1, 61))
    assert (found.score, found.max_score, found.report, found.submissions) == (61, 100, None, 0)


def test_results_are_listed_by_member_and_number_of_the_assignment() -> None:
    reports = [replace(THREE[0], member=member, assignment=hw) for hw in ("hw10", "hw2") for member in ("lee", "kim")]
    results = counting(reports, [], Term())
    expected = [("kim", "hw2"), ("kim", "hw10"), ("lee", "hw2"), ("lee", "hw10")]
    assert [(each.member, each.assignment) for each in listed(results)] == expected
    assert [each.assignment for each in listed(results, "kim")] == ["hw2", "hw10"]

"""Where submissions lay when they were graded, and what moves when they are judged again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradebook.book import Gradebook
from grader.grading.batch import EntryResult, GradedPlace
from grader.grading.folder import ReportFolder
from grader.grading.regrade import Regrading, graded_places, is_lower, score_change
from tests.made_reports import Make

SUBMISSIONS, OUT = Path("/class/in"), Path("/class/out")


def test_the_last_run_says_with_which_roster(book: Path) -> None:
    with Gradebook(book, create=True) as gradebook:
        for place in (
            GradedPlace(SUBMISSIONS, OUT),
            GradedPlace(Path("/second"), OUT),
            GradedPlace(SUBMISSIONS, OUT, Path("/class/roster.csv")),
        ):
            gradebook.remember("hw1", place.as_json(), by="staff")
        with_roster = GradedPlace(SUBMISSIONS, OUT, Path("/class/roster.csv"))
        assert graded_places(gradebook, "hw1", None, None) == [with_roster, GradedPlace(Path("/second"), OUT)]
        assert graded_places(gradebook, "hw1", SUBMISSIONS, None) == [with_roster]
        assert graded_places(gradebook, "hw1", Path("/new"), OUT) == [GradedPlace(Path("/new"), OUT)]
        assert graded_places(gradebook, "hw2", None, None) == []
        with pytest.raises(UsageError):
            graded_places(gradebook, "hw1", Path("/new"), None)


def test_a_score_that_must_not_fall_stands(make: Make) -> None:
    before, lower, higher = make(points=30), make(points=20), make(points=40)
    key = before.member, before.submission_sha256
    regrading = Regrading(never_lower=True, before={key: before})
    assert not regrading.veto(higher)
    assert regrading.moves == []
    assert regrading.veto(lower)
    assert [(change.before, change.after, change.stands) for change in regrading.moves] == [(30, 20, True)]
    assert not Regrading(never_lower=False, before={key: before}).veto(lower)


def test_reports_on_the_disk_go_into_the_gradebook_and_others_are_not_found(make: Make, tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path, "hw1")
    before = {(report.member, report.submission_sha256): report for report in (make("kim", points=30), make("lee"))}
    regrading = Regrading(never_lower=False, before=before)
    with folder.held():
        folder.write(make("kim", points=40))
        row = folder.write(make("park"))
    results = [EntryResult(name, row) for name in ("kim", "lee", "park")]
    assert regrading.accepted(folder, results, {}.__setitem__) == ["kim", "park"]
    assert [(change.member, change.after) for change in regrading.moves] == [("kim", 40)]
    assert regrading.not_found() == ["lee"]


def test_a_gradebook_without_that_assignment(book: Path) -> None:
    with Gradebook(book, create=True) as gradebook, pytest.raises(UsageError, match="There is no report on hw1"):
        Regrading.of(gradebook, "hw1", never_lower=False)


def test_a_score_that_moved_names_its_cases(make: Make) -> None:
    change = score_change(make("kim", points=41), make("kim", points=30))
    assert change is not None
    assert (change.before, change.after) == (41, 30)
    assert sum((case.points for case in change.cases), Fraction(0)) == -11
    assert change.as_json()["by"] == -11


def test_the_same_score_is_no_change(make: Make) -> None:
    assert score_change(make("kim"), make("kim")) is None


def test_a_fault_of_ours_lowers_nothing(make: Make) -> None:
    assert is_lower(make("kim", points=41), make("kim", points=30))
    assert not is_lower(make("kim", points=41), make("kim", points=30, ungradable=True))

"""Where a member stands by their own reports; by the staff's decisions in tests/cli/test_status.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.course.policy import read_policy
from grader.errors import BadInputError, UsageError
from grader.gradebook.standing import OwnReports, needed
from grader.member import MemberName
from grader.report.report import Report
from tests.made_reports import Make


def save(folder: Path, *reports: Report) -> list[Path]:
    files = [folder / f"{number}.json" for number, _report in enumerate(reports)]
    for file, report in zip(files, reports, strict=True):
        file.write_text(json.dumps(report.as_json()), "utf-8")
    return files


def test_the_staff_s_report_comes_before_one_s_own(make: Make, tmp_path: Path) -> None:
    full, own = make(points=20), make(points=50, visibility="public", graded_at="2026-04-01T12:00:00+00:00")
    reports = OwnReports.read(save(tmp_path, full, own), None, strict=True)
    latest = reports.latest("hw1")
    assert latest is not None
    assert latest.score == 20
    assert reports.latest("hw2") is None


def test_files_of_something_else_are_left_unless_they_were_named(make: Make, tmp_path: Path) -> None:
    files = save(tmp_path, make())
    (tmp_path / "other.json").write_text("{}", "utf-8")
    assert len(OwnReports.read([*files, tmp_path / "other.json"], None, strict=False).reports) == 1
    with pytest.raises(BadInputError):
        OwnReports.read([*files, tmp_path / "other.json"], None, strict=True)


def test_reports_of_several_members_ask_who_one_is(make: Make, tmp_path: Path) -> None:
    files = save(tmp_path, make("kim"), make("lee"))
    with pytest.raises(UsageError, match="kim, lee"):
        OwnReports.read(files, None, strict=True)
    (mine,) = OwnReports.read(files, MemberName("lee"), strict=True).reports
    assert mine[0].member == "lee"


def test_what_is_still_missing(make: Make) -> None:
    missing = needed([make(points=50), make(assignment="hw2", points=10)], read_policy())
    assert any(line.startswith("hw2 is mandatory") for line in missing)
    assert not any("session" in line or "discussion" in line for line in missing)

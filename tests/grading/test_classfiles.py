"""What a run writes beside its reports; how the page looks and works is in tests/browser."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import BadInputError, D2DError
from grader.grading.batch import EntryResult
from grader.grading.classfiles import demand_targets, write_class
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.member import MemberName
from tests.made_reports import Make


def refuse(member: str, trouble: D2DError) -> None:
    raise AssertionError(f"{member}: {trouble.trace}")


def test_reports_entries_without_one_and_the_roster(make: Make, course: Path, tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path / "out", "mini")
    with folder.held():
        row = folder.write(make("kim", "mini"))
    results = [EntryResult("kim", row), EntryResult("lee", trouble=BadInputError("The file is empty."))]
    write_class(folder, find_course(course).assignment("mini"), results, ["kim", "lee", "park"], refuse, pages=True)
    rows = list(csv.DictReader((tmp_path / "out" / "summary.csv").read_text("utf-8-sig").splitlines()))
    assert [line["member"] for line in rows] == ["kim", "lee"]
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "pages/kim.html" in page
    assert "The file is empty." in page
    assert "park" in page
    assert (tmp_path / "out" / "pages" / "kim.html").is_file()


def test_nobody_at_all(course: Path, tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path / "out", "mini")
    write_class(folder, find_course(course).assignment("mini"), [], None, refuse, pages=False)
    assert (tmp_path / "out" / "index.html").is_file()
    assert not (tmp_path / "out" / "pages").exists()


def test_several_members_need_their_name_in_the_pattern(tmp_path: Path) -> None:
    entries = [Entry(MemberName(name), tmp_path / f"{name}.py") for name in ("kim", "lee")]
    for entry in entries:
        entry.path.write_text("x = 1\n", "utf-8")
    demand_targets(tmp_path / "{member}.ipynb", entries)
    demand_targets(tmp_path / "one.ipynb", entries[:1])
    with pytest.raises(D2DError, match=r"needs \{member\} in it"):
        demand_targets(tmp_path / "one.ipynb", entries)

"""`d2d status`: by the decisions of the staff, and by one's own reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader import i18n
from tests.cli.staff import PROMOTE, Staff, report


def test_status_from_the_decisions_of_the_staff(staff: Staff) -> None:
    assert staff(*PROMOTE, "--json", "decisions.json").code == 0
    run = staff("status", "--member", "lee")
    assert run.code == 0
    assert run.out.splitlines() == [
        "lee: junior (rule fewer-than-4)",
        "passed: hw1 hw2 hw3",
        "attendance 14/14 · discussion 2/3",
        "still missing:",
        "  · 1 more assignment (hw4 nothing handed in; hw5 nothing handed in)",
        "  · 1 more discussion: 2 of 3, 80 % needed",
    ]
    assert staff("status", "--member", "lee", "--json", "-").json["decision"] == "junior"
    run = staff("status")
    assert (run.code, "--member NAME" in run.err) == (2, True)
    assert staff("status", "--member", "choi").code == 2


def test_a_member_reads_the_decision_in_a_language_of_their_own(staff: Staff) -> None:
    i18n.use("ko")
    assert staff(*PROMOTE, "--out", ".").code == 0
    i18n.use("en")
    assert "  · 1 more discussion: 2 of 3, 80 % needed" in staff("status", "--member", "lee").out
    i18n.use("ko")
    assert "디스커션 1개가 더 필요해요" in staff("status", "--member", "lee").out


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"member": "kim"}]', "[" * 100_000])
def test_status_from_a_file_of_something_else(staff: Staff, group: Path, text: str) -> None:
    (group / "decisions.json").write_text(text, "utf-8")
    run = staff("status", "--member", "kim")
    assert run.code == 2
    assert "decisions" in run.err


def test_status_from_one_s_own_reports(staff: Staff, group: Path) -> None:
    run = staff("status")
    assert run.code == 0
    assert "No report lies here yet" in run.err
    (group / "reports").mkdir()
    for hw, points in (("hw1", 82), ("hw2", 58)):
        value = report(hw, hw, points, "public").as_json()  # a stub's name is that of the assignment
        (group / f"reports/{hw}.json").write_text(json.dumps(value), "utf-8")
    (group / "package.json").write_text("{}", "utf-8")
    run = staff("status")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[1].split() == "hw1 ✓ 82 % public cases only".split()
    assert lines[2].split() == "hw2 ✗ 58 % public cases only".split()
    assert lines[3].split() == "hw3 – no report yet".split()
    assert "  · hw2 is mandatory: 58 %, 60 % needed" in lines
    assert "  · 3 more assignments (hw3 nothing handed in; hw4 nothing handed in; hw5 nothing handed in)" in lines
    assert "80 % is needed" in lines[-1]
    assert staff("status", "package.json").code == 2
    (group / "reports/full.json").write_text(json.dumps(report("kim", "hw2", 61).as_json()), "utf-8")
    assert "✓ 61 %  graded by the staff" in staff("status").out
    (group / "reports/lee.json").write_text(json.dumps(report("lee", "hw2", 90).as_json()), "utf-8")
    assert "kim, lee" in staff("status").err
    assert "✓ 61 %" in staff("status", "--member", "kim").out

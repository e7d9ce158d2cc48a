"""The door for scripts and tests: the same judging as `d2d check`, by one call."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grader
from grader import Report, Submission, judge_file, judge_source
from grader.errors import BadInputError, UsageError
from grader.grading.secret import VARIABLE

if TYPE_CHECKING:
    from tests.commands import Command

ROOT = Path(__file__).parents[1]
HALF = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\n"
RIGHT = f"{HALF}def double(x): return 2 * x\n"


def test_the_command_of_the_issue_prints_100() -> None:
    code = "from grader import judge_file; print(judge_file('hw1', 'reference/hw1.py').percent)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "100\n"


def test_a_half_finished_file_gets_what_check_gives_it(d2d: Command) -> None:
    file = d2d.folder / "kim.py"
    file.write_text(HALF, "utf-8")
    said = json.loads(d2d("check", "mini", file, "--json", "-").stdout)
    report = judge_file("mini", file, course=d2d.folder)
    assert isinstance(report, Report)
    assert (
        (report.percent, report.member, report.visibility)
        == (said["percent"], "kim", "public")
        == (50, "kim", "public")
    )
    assert [case.verdict.value for case in report.cases] == [case["verdict"] for case in said["cases"]]
    assert report.submission_sha256 == said["submission_sha256"]


def test_source_that_lies_in_no_file(course: Path) -> None:
    report = judge_source("mini", RIGHT, course=course, name="lee.py")
    assert (report.percent, report.member) == (100, "lee")
    assert judge_source("mini", "%matplotlib inline\n" + RIGHT, course=course).percent == 100


def test_by_the_hidden_cases_too(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "a secret of the test's own")
    (course / "assignments" / "mini" / "misconceptions.py").write_text("", "utf-8")
    public_only = HALF.replace("np.mean((x - y) ** 2)", "np.mean((x - y) ** 2) if x.shape[-1] < 4 else 0.0")
    report = judge_source("mini", public_only, hidden=True, course=course)
    assert report.visibility == "full"
    assert {case.verdict.value for case in report.cases if case.visibility.value == "hidden"} == {"failed"}


def test_what_can_not_be_judged_is_an_error_with_a_sentence(course: Path) -> None:
    with pytest.raises(UsageError, match="no assignment minni"):
        judge_file("minni", course / "kim.py", course=course)
    with pytest.raises(BadInputError, match="no such file"):
        judge_file("mini", course / "nobody.py", course=course)


def test_the_door_has_what_it_names_and_costs_nothing_before_it_is_used() -> None:
    assert all(hasattr(grader, name) for name in grader.__all__)
    assert Submission.__module__ == "grader.intake"
    with pytest.raises(AttributeError, match="no attribute 'judge_fil'"):
        _ = grader.judge_fil
    code = "import sys, grader; print({'numpy', 'pytest', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

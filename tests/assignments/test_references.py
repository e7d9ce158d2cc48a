"""Every reference earns everything where hidden cases are judged: in a closed worker, and the canary finds nothing."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from grader.course.course import find_course
from grader.grading import Setting
from grader.grading.bench import open_bench
from grader.intake.read import read_submission
from grader.worker.layers import compose
from tests.courses import ROOT, few_by_default

LACKING = compose.lacking("staff", compose.survey()) if sys.platform == "linux" else {"linux": ""}
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"{LACKING}")
COURSE = find_course(ROOT)


@pytest.mark.parametrize("hw", few_by_default(COURSE.ids(), "hw1"))
def test_the_reference_earns_everything_in_the_sandbox(hw: str) -> None:
    assignment = COURSE.assignment(hw)
    if any(importlib.util.find_spec(name) is None for name in assignment.imports):
        pytest.skip(f"{hw} needs {', '.join(assignment.imports)}")
    assert assignment.reference is not None
    submission = read_submission(assignment.reference, hw)

    with open_bench(Setting(assignment, b"a secret", "en", closed=True)) as bench:
        report = bench.judge.judge(submission)
    assert {case.id: case.message for case in report.cases if case.points != case.max_points} == {}
    assert (report.percent, report.visibility, report.tier) == (100, "full", "staff")
    assert set(compose.REQUIRED_LAYERS["staff"]) <= set(report.layers)
    assert not [note.text for note in report.notes if "gives other answers" in note.text]

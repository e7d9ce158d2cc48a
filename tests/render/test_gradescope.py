"""Reports as Gradescope's JSON."""

from __future__ import annotations

import json

import pytest

from grader.errors import BadInputError
from grader.render.gradescope import gradescope
from grader.report.report import Report, Verdict
from tests.samples import MIXED_REPORT, UNGRADABLE_REPORT, a_report


def test_gradescope() -> None:
    value = json.loads(gradescope(MIXED_REPORT))
    assert value["score"] == 2.0
    assert value["execution_time"] == 3.25
    assert sum(test["score"] for test in value["tests"]) == value["score"]
    assert {test["visibility"] for test in value["tests"]} == {"visible", "hidden"}
    assert value["tests"][1] == {
        "number": "2",
        "name": "mse_loss gives the mean [mean]",
        "score": 0.0,
        "max_score": 0.5,
        "status": "failed",
        "output": "not right\nkim.ipynb[7]:4\nEvery value is 2 times what was expected.\nexpected: 1.5\nyours: 3.0\n"
        "It is divided by N once.\n3.0\n",
        "tags": ["mse_loss", "value"],
        "visibility": "visible",
    }


def test_gradescope_never_takes_our_fault_for_a_lost_point() -> None:
    with pytest.raises(BadInputError, match="could not be judged"):
        gradescope(UNGRADABLE_REPORT)


def test_hostile_texts_in_gradescope(hostile: Report) -> None:
    """All of it is marked as text, and bounded."""
    cases = tuple(case for case in hostile.cases if case.verdict is not Verdict.UNGRADABLE)
    text = gradescope(a_report(*cases, member=hostile.member))
    value = json.loads(text)
    assert [value[key] for key in value if key.endswith("_format")] == ["text"] * 3
    assert not any(key.endswith("_format") for test in value["tests"] for key in test)
    assert not any(mark in text for mark in ("\\u001b", "\x9b", "\\u0007", "\u202e", "\u2066", "\u200b"))
    assert max(len(test["output"]) for test in value["tests"]) <= 4000

"""A name that the file defines is never «not written yet»: what kept it from being made is told, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.intake import Cell, Submission
from grader.report.report import CaseResult, Report, Verdict
from tests.benches import Bench

DOUBLE = "def double(x):\n    return 2 * x"


@pytest.fixture
def judged(course: Path, bench: Callable[..., Bench]) -> Callable[..., Report]:
    made = bench(course, hidden=True)

    def judge(*sources: str) -> Report:
        cells = tuple(Cell("kim.ipynb", source, number) for number, source in enumerate(sources, 1))
        report: Report = made.judge(Submission("kim", "kim.ipynb", cells, ""))
        return report

    return judge


def case_of(report: Report, section: str, visibility: str = "public") -> CaseResult:
    return next(case for case in report.cases if (case.section, case.visibility.value) == (section, visibility))


def test_the_first_cause_stands_for_all_that_follow(judged: Callable[..., Report]) -> None:
    tables = "\n".join(f"t{number} = np.zeros({number})" for number in range(20))
    report = judged(
        "import numpyy as np", f"EPS = np.float64(1)\n{tables}", "def mse(x, y, eps=EPS):\n    return 0", DOUBLE
    )
    (note,) = report.notes
    assert "No module named 'numpyy'" in note.text
    assert "more statements did not run because of it." in note.text
    for visibility in ("public", "hidden"):
        case = case_of(report, "mse", visibility)
        assert (case.verdict, case.points) == (Verdict.ERROR, 0)
        assert case.message.startswith("mse did not load, because of cell 1, line 1: No module named 'numpyy'")
        assert case.where is not None
        assert (case.where.cell, case.where.line) == (1, 1)
    assert case_of(report, "double").verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def mse(x, y)\n    return 0", "mse did not load, because of cell 1, line 1: This is no Python"),
        ("x = 1\n\ndef mse(x, y):\n    return (0", "mse did not load, because of cell 1, line 4: This is no Python"),
        ("mse = make(1)", "mse did not load, because of cell 1, line 1: This raised NameError"),
        (
            "@missing\ndef mse(x, y):\n    return 0",
            "mse did not load, because of cell 1, line 1: This raised NameError",
        ),
        ("def mse(x, y):\n    return 0\ndel mse", "mse is in this file, and not there once it was loaded"),
        ("if False:\n    def mse(x, y):\n        return 0", "mse is in this file, and not there once it was loaded"),
        ("mse: int", "mse is not written yet."),
        ("class A:\n    def mse(self):\n        return 0", "mse is not written yet."),
        ("# def mse(x, y): ...\ntext = 'def mse'", "mse is not written yet."),
    ],
)
def test_what_is_said_of_a_name_that_is_not_there(judged: Callable[..., Report], source: str, says: str) -> None:
    case = case_of(judged(source, DOUBLE), "mse")
    assert case.message.startswith(says)
    assert case.verdict is (Verdict.MISSING if "not written" in says else Verdict.ERROR)


def test_a_function_that_lacks_what_did_not_load_says_so_where_the_case_is_public(
    judged: Callable[..., Report],
) -> None:
    """Of a hidden case it does not: which name a function lacks may depend on what it was asked."""
    report = judged(
        "import numpyy as np", "def mse(x, y):\n    return np.mean(x)\n\ndef double(x):\n    return np.add(x, x)"
    )
    assert case_of(report, "mse").message.startswith("np did not load, because of cell 1, line 1: No module")
    assert case_of(report, "double").message == "np did not load either, because of cell 1, line 1."
    assert case_of(report, "mse", "hidden").message == "Your code raised NameError."


def test_the_worker_s_word_makes_no_point(judged: Callable[..., Report]) -> None:
    """Code that answers for the worker's own side, or calls itself missing, earns nothing by it."""
    lies = "import sys\nfor m in list(sys.modules.values()):\n    n = getattr(m, 'Namespace', None)\n"
    lies += (
        "    if n:\n        n.op_makes = lambda *a: ([['mse'] * 9], {'mse': 1})\n        n.op_where = lambda *a: {}\n"
    )
    report = judged(lies + "mse = 1 / 0\nraise NameError(\"name 'mse' is not defined\")")
    assert report.score == 0
    assert all(case.points == 0 for case in report.cases)

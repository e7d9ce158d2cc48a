"""The same submission, cases and secret give the same report to the byte, but for times; another secret does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.judge.cases import PUBLIC_SECRET
from grader.report.canonical import canonical
from grader.report.report import Report

if TYPE_CHECKING:
    from tests.benches import Bench

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
# Half right, an answer that draws random numbers, one that prints where its objects lie in memory, one that dies.
RANDOM = "import numpy as np\ndef mse(x, y): return np.random.rand()\ndef double(x): return x + np.random.rand(4, 3)\n"
ADDRESS = "def mse(x, y): print(object()); return 0.0\ndef double(x): raise ValueError(object())\n"


def timeless(report: Report) -> bytes:
    cases = tuple(replace(case, seconds=0.0) for case in report.cases)
    return canonical(replace(report, cases=cases, graded_at="").as_json())


def test_hw1_twice_in_workers_of_two_zygotes(bench: Callable[..., Bench], hw1_full: Bench) -> None:
    """Also by a judge that was started anew, and that had judged something else before."""
    other = bench(ROOT, "hw1", mode="whole")
    other.judge(CORPUS / "hw1" / "alternative-loops" / "hw1.py")
    for name, secret in (
        ("readme/kim.py", PUBLIC_SECRET),
        ("readme/kim.py", b"another"),
        ("hw1/os-exit-in-a-function/submission.py", b"another"),
    ):
        first, second = (each.judge(CORPUS / name, secret=secret) for each in (hw1_full, other))
        assert timeless(first) == timeless(second), (name, secret)


def test_another_secret_gives_other_inputs(bench: Callable[..., Bench], course: Path) -> None:
    judge = bench(course)
    source = "def mse(x, y): return 0.0\ndef double(x): return x\n"
    one, two = (timeless(judge.judge(source, secret=secret)) for secret in (b"one", b"two"))
    assert one != two
    assert one == timeless(judge.judge(source, secret=b"one"))


def test_what_a_submission_does_by_chance_is_its_own(bench: Callable[..., Any], course: Path) -> None:
    """Its verdicts are the same all the same; what it printed of memory and of its dice can't be."""
    judge = bench(course)
    for source in (RANDOM, ADDRESS):
        reports = [judge.judge(source, secret=b"one") for _time in range(2)]
        told = [[(case.id, case.verdict, case.points, case.where) for case in report.cases] for report in reports]
        assert told[0] == told[1]

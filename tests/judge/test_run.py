"""One submission judged: what is run, what is not, and what is said of it."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.assignment.manifest import Limits
from grader.intake import Cell, Submission
from grader.judge.log import Evidence
from grader.judge.reference import LiveReference
from grader.judge.run import Judge
from grader.report.report import Report, Verdict
from grader.sandbox.budget import TimeBudget, WorkerClock
from grader.sandbox.worker import Worker
from tests.benches import code
from tests.courses import MANIFEST, RIGHT

HEAD = "from grader import case, close\n"
FOUR = HEAD + "".join(
    f"""
@case("mse", points=1, concept="value"{needs})
def test_{name}(student, reference, rng):
    '''mse of {name}.'''
    x, y = rng.normal(size=(2, 4, 3))
    close(student.mse(x, y), reference.mse(x, y))
"""
    for name, needs in (("one", ""), ("two", ', needs="test_one"'), ("three", ""), ("four", ""))
)
Bench = Callable[..., Any]


def verdicts(report: Report) -> dict[str, str]:
    return {case.id.partition("test_")[2].partition("test_")[2]: case.verdict.value for case in report.cases}


def test_a_case_waits_for_those_that_it_needs(new_course: Callable[..., Path], bench: Bench) -> None:
    made = bench(new_course(test_public=FOUR), hidden=False)
    report = made.judge("def mse(x, y): return 0.0\n")
    assert verdicts(report) == {"one": "failed", "two": "skipped", "three": "failed", "four": "failed"}
    assert report.cases[1].message == "This can't be judged until «mse of one» passes."
    assert made.judge(RIGHT).all_passed


def test_a_function_that_hangs_costs_its_time_twice_and_no_more(new_course: Callable[..., Path], bench: Bench) -> None:
    made = bench(new_course(test_public=FOUR), hidden=False)
    report = made.judge("def mse(x, y):\n    while True: pass\n", limits={"case_seconds": 0.4})
    assert verdicts(report) == {"one": "timeout", "two": "skipped", "three": "timeout", "four": "timeout"}
    assert report.cases[3].message == "Not run: earlier cases of this section already took too long."


def killed_at(worker: Worker, requests: set[int], counted: Counter[str]) -> None:
    """Have the machine kill the process of a worker, as it does when memory is short: at these of its requests."""
    exchange = worker.exchange

    def kill_and_exchange(message: bytes, budget: TimeBudget) -> bytes:
        counted["requests"] += 1
        if counted["requests"] in requests:
            assert isinstance(worker.clock, WorkerClock)
            os.kill(~worker.clock.clock >> 3, signal.SIGKILL)
            counted["killed"] += 1
        return exchange(message, budget)

    worker.exchange = kill_and_exchange  # type: ignore[method-assign]


def judged_beside_a_killer(made: Any, source: str, requests: set[int]) -> tuple[Report, Counter[str]]:
    counted: Counter[str] = Counter()
    start = made.server.worker

    def start_and_kill(limits: Limits, reply_bound: int) -> Worker:
        worker: Worker = start(limits, reply_bound)
        killed_at(worker, requests, counted)
        return worker

    made.server.worker = start_and_kill
    try:
        return made.judge(source), counted
    finally:
        made.server.worker = start


@pytest.mark.parametrize("source", [RIGHT, RIGHT.replace("** 2", "** 4")], ids=["right", "wrong"])
def test_a_process_that_the_machine_kills_costs_nothing(course: Path, bench: Bench, source: str) -> None:
    made = bench(course, hidden=True)
    undisturbed, counted = judged_beside_a_killer(made, source, set())
    assert {case.tries for case in undisturbed.cases} == {1}
    for request in range(1, counted["requests"] + 1):
        report, killed = judged_beside_a_killer(made, source, {request})
        assert killed["killed"] == 1
        assert verdicts(report) == verdicts(undisturbed)
        assert [case.message for case in report.cases] == [case.message for case in undisturbed.cases]
        assert report.score == undisturbed.score
        assert {note.kind for note in report.notes} - {note.kind for note in undisturbed.notes} <= {"second-try"}


def test_what_ends_its_own_process_each_time_is_said_to_have_done_so(course: Path, bench: Bench) -> None:
    report = bench(course, hidden=True).judge(RIGHT + "\nimport os\ndef double(x): os._exit(1)\n")
    cases = [case for case in report.cases if case.section == "double"]
    assert {(case.verdict, case.tries, case.points) for case in cases} == {(Verdict.CRASHED, 2, 0)}


def test_no_better_second_try_can_be_had_by_ending_the_first(course: Path, bench: Bench) -> None:
    # The second process knows nothing of the first: a wrong answer is as wrong in it.
    source = RIGHT + "\nimport os, pathlib\ndef double(x):\n    n = pathlib.Path('n')\n"
    source += "    if not n.exists():\n        n.touch()\n        os._exit(1)\n    return x\n"
    report = bench(course, hidden=True).judge(source)
    assert {case.points for case in report.cases if case.section == "double"} == {0}


def test_what_is_printed_without_an_end_is_kept_to_its_beginning(course: Path, bench: Bench) -> None:
    report = bench(course, hidden=True).judge("def mse(x, y):\n    print('x' * 10_000_000)\n    return 0.0\n")
    assert [note.kind for note in report.notes] == ["output-cut"]
    assert {case.output[:3] for case in report.cases if case.section == "mse" and case.output} == {"xxx"}
    assert {case.output for case in report.cases if case.visibility.value == "hidden"} == {""}


def test_the_line_at_fault(course: Path, bench: Bench) -> None:
    cells = (
        Cell("kim.ipynb", "def helper(x):\n    return 1 / 0\n", 3),
        Cell("kim.ipynb", "def mse(x, y):\n    return helper(x)\n", 5),
    )
    report: Report = bench(course, hidden=True).judge(Submission("kim", "kim.ipynb", cells, ""))
    public, hidden = (
        next(case for case in report.cases if case.section == "mse" and case.visibility.value == kind)
        for kind in ("public", "hidden")
    )
    assert public.verdict is Verdict.ERROR
    assert (public.where.cell, public.where.line) == (3, 2)  # type: ignore[union-attr]
    assert hidden.where is None or (hidden.where.cell, hidden.where.line) == (5, 1)


def test_a_variable_whose_cell_failed_is_told_apart_from_one_that_is_not_written(
    new_course: Callable[..., Path], bench: Bench
) -> None:
    manifest = MANIFEST.replace("[worker]", '[run]\nvalues = ["double"]\n[worker]')
    public = HEAD + "@case('double', points=2, concept='c')\ndef test_it(student):\n    close(student.double, 2.0)\n"
    made = bench(new_course(manifest=manifest, test_public=public), hidden=False, mode="whole")
    cells = (Cell("kim.ipynb", "1 / 0\ndouble = 2.0\n", 1),)
    (case,) = made.judge(Submission("kim", "kim.ipynb", cells, "")).cases
    assert case.verdict is Verdict.ERROR
    assert case.message.startswith("double did not load, because of cell 1, line 1: This raised ZeroDivisionError")
    (case,) = made.judge("x = 1\n").cases
    assert case.message == "double is not written yet."


def test_a_witness_is_told_all_of_each_case_that_runs(course: Path, bench: Bench) -> None:
    made, told = bench(course, hidden=True), list[Evidence]()
    judge = Judge(made.case_set, LiveReference(course / "reference" / "mini.py"), made.server, witness=told.append)
    report = replace(judge, pattern="test_one_row").judge(code("def mse(x, y):\n    print('here')\n    return 0.0\n"))
    assert [evidence.case_id for evidence in told] == ["test_public.py::test_mse"]
    assert [case.verdict.value for case in report.cases] == ["failed", "skipped"]
    assert told[0].output == "here\n"
    assert [call.who for call in told[0].calls] == ["submission", "reference"]
    assert "mse(" in told[0].calls[0].asked

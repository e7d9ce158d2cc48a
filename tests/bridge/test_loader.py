"""Loading: what ended a worker is set aside, and what the first worker met is what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.assignment.manifest import Limits
from grader.bridge.loader import LoadPlan, remarks_of, steps_of
from grader.bridge.outcomes import RaisedError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.intake import Cell, Submission
from grader.report.report import Where
from grader.sandbox import start
from grader.sandbox.worker import EndedError

LIMITS = Limits(case_seconds=60, load_seconds=60, cell_seconds=60, total_seconds=600)
WHOLE = LoadPlan("whole")
Made = Callable[..., tuple[Session, Student]]


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerSource]:
    source = start(["numpy"])
    yield source
    source.close()


@pytest.fixture
def loaded(workers: WorkerSource) -> Iterator[Made]:
    sessions: list[Session] = []

    def load(*cells: str, plan: LoadPlan | None = None, limits: Limits = LIMITS) -> tuple[Session, Student]:
        parts = tuple(Cell("kim.ipynb", cell, number) for number, cell in enumerate(cells, 1))
        session = Session(workers, Submission("kim", "kim.ipynb", parts, ""), limits, plan)
        sessions.append(session)
        return session, Student(session.transport())

    yield load
    for session in sessions:
        session.drop()


def test_a_cell_that_ends_the_worker_is_set_aside_and_the_others_are_loaded(loaded: Made) -> None:
    session, student = loaded("def f(): return 1", "import os\nos._exit(3)", "def g(): return 2", plan=WHOLE)
    assert (student.f(), student.g()) == (1, 2)
    (problem,) = session.loader.problems
    assert isinstance(problem.error, EndedError)
    assert (problem.cell.number, problem.line, problem.rest) == (2, 2, True)


def test_an_error_ends_its_cell_as_in_a_notebook(loaded: Made) -> None:
    session, student = loaded("a = 1\n1 / 0\na = 2", "def f(): return a", plan=WHOLE)
    assert student.f() == 1
    (problem,) = session.loader.problems
    assert isinstance(problem.error, RaisedError)
    assert (problem.line, problem.rest) == (2, True)


def test_of_definitions_only_what_is_asked_for_runs(loaded: Made) -> None:
    plan = LoadPlan(asked=["f"])
    session, student = loaded(
        "import os\nSCALE = 3", "def f(x): return SCALE * x", "print(f(2)); os._exit(1)", plan=plan
    )
    assert student.f(2) == 6
    assert session.loader.problems == []
    assert session.loader.selected == [(0, 0, True), (0, 1, True), (1, 0, True)]


def test_what_takes_too_long_is_set_aside_and_the_rest_is_loaded(loaded: Made) -> None:
    plan = LoadPlan(asked=["f"])
    cells = "def f(x): return len(TABLE) + x", "TABLE = {}\n\nwhile True: TABLE[1] = 1"
    session, student = loaded(*cells, plan=plan, limits=replace(LIMITS, load_seconds=4))
    assert student.f(2) == 2
    (problem,) = session.loader.problems
    assert isinstance(problem.error, EndedError)
    assert (problem.cell.number, problem.line, problem.error.how) == (2, 3, "timeout")


def test_after_a_few_of_those_the_others_are_left_out_and_named(loaded: Made) -> None:
    ends = "import os\nTABLE = []\nTABLE.append(os._exit(3))"
    session, student = loaded(*[ends] * 5, "def f(): return TABLE", plan=LoadPlan(asked=["f"]))
    assert student.f() == []
    hows = [problem.error.how for problem in session.loader.problems if isinstance(problem.error, EndedError)]
    assert hows == ["crashed"] * 3 + ["left-out"] * 2
    session.drop()
    assert Student(session.transport()).f() == []


def test_a_later_worker_has_nothing_new_to_say(loaded: Made) -> None:
    """It may have seen hidden cases."""
    session, _student = loaded("import os\nSEEN = os.path.exists('seen') and 1 / 0", "def f(): return 1", plan=WHOLE)
    session.drop()
    session.transport()
    assert session.loader.problems == []


def test_no_cells_and_nothing_to_load(workers: WorkerSource) -> None:
    session = Session(workers, Submission("kim", "kim.py", (), ""), LIMITS)
    try:
        session.transport()
        assert session.loader.problems == []
    finally:
        session.drop()


def test_a_statement_is_asked_again_before_it_is_set_aside(workers: WorkerSource) -> None:
    cells = (Cell("kim.ipynb", "def f(): return 1", 1), Cell("kim.ipynb", "import os\nos._exit(3)", 2))
    session = Session(workers, Submission("kim", "kim.ipynb", cells, ""), LIMITS, WHOLE)
    starts: list[object] = []
    start = session._start
    session._start = lambda: starts.append(1) or start()  # type: ignore[method-assign, func-returns-value]
    assert Student(session.transport()).f() == 1
    assert len(starts) == 3
    session.drop()
    assert Student(session.transport()).f() == 1
    assert len(starts) == 4  # what is set aside is not tried once more
    session.drop()


CELLS = [Cell("kim.ipynb", "a = 1\nb = 2\n", 1), Cell("kim.ipynb", "c = 3\n", 2)]


def test_steps_that_are_there_in_their_order_and_once() -> None:
    assert steps_of([(1, 0), [0, 1], (1, 0)], [2, 1]) == [(1, 0, True), (0, 1, True)]
    assert steps_of([(1, 0, False), (0, 1, True)], [2, 1]) == [(1, 0, False), (0, 1, True)]


@pytest.mark.parametrize(
    "reply", [None, 7, "ab", [(0,)], [(0, True)], [("0", 0)], [(2, 0)], [(0, 2)], [(-1, 0)], {(0, 0): 1}]
)
def test_no_other_steps(reply: Any) -> None:
    assert steps_of(reply, [2, 1]) == []


def test_a_remark_with_its_places() -> None:
    (remark,) = remarks_of([("redefined", "a", (0, 2), [(1, 1), (9, 9), "x"])], CELLS)
    assert (remark.kind, remark.name, remark.where) == ("redefined", "a", Where("kim.ipynb", 2, 1))
    assert remark.others == (Where("kim.ipynb", 1, 2),)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [()],
        [("redefined", "a", (0, 1))],
        [(1, "a", (0, 1), [])],
        [("k", "a", (7, 1), [])],
        [("k", 1, (0, 1), [])],
    ],
)
def test_no_other_remarks(reply: Any) -> None:
    assert remarks_of(reply, CELLS) == ()


def test_remarks_are_bounded() -> None:
    many = remarks_of([("redefined", "a" * 1000, (0, 1), [])] * 1000, CELLS)
    assert len(many) == 50
    assert {len(remark.name) for remark in many} == {100}

"""Loading: what ended a worker is set aside, and what the first worker met is what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader.assignment.limits import Limits
from grader.bridge.loader import LoadPlan
from grader.bridge.outcomes import RaisedError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.intake.submission import Cell, Submission
from grader.sandbox.start import start
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

    def load(*cells: str, plan: LoadPlan | None = None) -> tuple[Session, Student]:
        parts = tuple(Cell("kim.ipynb", cell, number) for number, cell in enumerate(cells, 1))
        session = Session(workers, Submission("kim", "kim.ipynb", parts, ""), LIMITS, plan)
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
    assert [number for number, _index in session.loader.selected] == [0, 0, 1]


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

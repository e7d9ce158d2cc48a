"""A session: one submission's worker, replaced when it ends, within the time that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader.assignment.manifest import Limits
from grader.bridge.loader import LoadPlan
from grader.bridge.outcomes import MissingNameError
from grader.bridge.session import Session, WorkerSource
from grader.bridge.student import Student
from grader.errors import BadAssignmentError
from grader.intake import Cell, Submission
from grader.sandbox import start
from grader.sandbox.worker import EndedError
from tests.benches import code

LIMITS = Limits(case_seconds=60, load_seconds=60, total_seconds=600)  # nobody here waits for a limit
Made = Callable[..., Session]


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerSource]:
    source = start(["numpy"])
    yield source
    source.close()


@pytest.fixture
def made(workers: WorkerSource) -> Iterator[Made]:
    sessions: list[Session] = []

    def make(source: str | Submission, plan: LoadPlan | None = None, limits: Limits = LIMITS) -> Session:
        submission = code(source) if isinstance(source, str) else source
        sessions.append(Session(workers, submission, limits, plan))
        return sessions[-1]

    yield make
    for session in sessions:
        session.drop()


def test_code_is_loaded_once_and_again_for_the_next_worker(made: Made) -> None:
    session = made("import os\ndef pid(): return os.getpid()\ndef leave(): os._exit(3)\n")
    plan_is_kept = session.transport()
    assert session.transport() is plan_is_kept
    with pytest.raises(EndedError):
        Student(session.transport()).leave()
    session.drop()
    assert isinstance(Student(session.transport()).pid(), int)
    assert session.transport() is not plan_is_kept


def test_what_is_printed_while_loading_belongs_to_no_case(made: Made) -> None:
    session = made("class Noisy:\n    print('loading')\ndef f(): print('asked')\n")
    session.transport()
    assert session.output() == ("", False)
    Student(session.transport()).f()
    assert session.output() == ("asked\n", False)
    session.drop()
    assert session.output() == ("", False)


def test_code_is_read_before_any_of_it_runs(made: Made) -> None:
    reading = made("def f(x):\n    return x.dot(x)\n", LoadPlan(asked=["f"])).read(["*.dot"])
    assert [finding.line for finding in reading.reached["f"]] == [2]


def test_files_lie_beside_the_submission(made: Made) -> None:
    session = made("def f():\n    return open('data.txt').read()\n", LoadPlan(files={"data.txt": b"four"}))
    assert Student(session.transport()).f() == "four"


def test_a_canary_that_can_not_be_set_up_is_the_authors_slip(made: Made) -> None:
    with pytest.raises(BadAssignmentError, match="canary of the manifest"):
        made("def f(): pass\n", LoadPlan(canary=["softmax"])).transport()


def test_without_time_left_nothing_is_started(made: Made) -> None:
    session = made("def f(): return 1\n")
    session.budget.spent = session.budget.total
    with pytest.raises(EndedError) as caught:
        session.transport()
    assert caught.value.how == "timeout"


def test_a_name_that_is_not_there(made: Made) -> None:
    with pytest.raises(MissingNameError):
        Student(made(Submission("kim", "kim.py", (), "")).transport()).f()


def test_cells_are_found_by_their_label(made: Made) -> None:
    cells = (Cell("kim.ipynb", "a = 1", 1), Cell("kim.ipynb", "b = 2", 2))
    assert set(made(Submission("kim", "kim.ipynb", cells, "")).cells) == {"kim.ipynb[1]", "kim.ipynb[2]"}

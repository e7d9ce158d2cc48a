"""Which cases are simply called, and that calling them is what pytest would have done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.bridge.student import Submission
from grader.bridge.transport import local
from grader.course.course import find_course
from grader.judge.cases import Collection, Seats, collected
from grader.worker.server import Server

HEAD = """\
import pytest
from grader.judge import case, close

def mse(**more):
    return case("mse", points=1, concept="c", **more)
"""
CASES = '''
@mse()
def test_nothing():
    """Asks for nothing."""

@mse()
def test_all(rng, reference, student):
    """Asks for everything."""
    assert student is not reference and rng.normal() < 9

@mse()
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("word", ["a"])
def test_given(student, n, word):
    """Is given something."""
    assert (n, word) == (1, "a")

@mse()
def test_asserts(student):
    """Fails."""
    assert not "what is said"

@mse()
def test_skips(student):
    """Is skipped by itself."""
    pytest.skip("today")
'''
MORE = {
    "a fixture of its own": "@pytest.fixture\ndef mine(): return 7\n@mse()\ndef test_it(mine):\n    'It.'\n"
    "    assert mine == 7\n",
    "one of ours hidden": "@pytest.fixture\ndef rng(): return 7\n@mse()\ndef test_it(rng):\n    'It.'\n"
    "    assert rng == 7\n",
    "one that comes unasked": "seen = []\n@pytest.fixture(autouse=True)\ndef mine(): seen.append(7)\n@mse()\n"
    "def test_it():\n    'It.'\n    assert seen == [7]\n",
    "a set-up of the file": "seen = []\ndef setup_module(): seen.append(7)\n@mse()\ndef test_it():\n    'It.'\n"
    "    assert seen == [7]\n",
    "a parameter made by a fixture": "@pytest.fixture\ndef mine(request): return request.param + 1\n@mse()\n"
    "@pytest.mark.parametrize('mine', [6], indirect=True)\ndef test_it(mine):\n    'It.'\n    assert mine == 7\n",
    "a mark": "@mse()\n@pytest.mark.skipif(False, reason='never')\ndef test_it():\n    'It.'\n",
    "a class": "class TestIt:\n    @mse()\n    def test_it(self):\n        'It.'\n        assert self\n",
    "the request itself": "@mse()\ndef test_it(request):\n    'It.'\n    assert request.getfixturevalue('rng')\n",
}


def collect(course: Path, work: Callable[[Collection], Any]) -> Any:
    assignment = find_course(course).assignment("mini")
    return collected(assignment, [assignment.public_cases], work)


def seats() -> Seats:
    def side() -> Submission:
        return Submission(local(Server()))

    return Seats(side, side, lambda: np.random.default_rng(0))


def said(error: BaseException | None) -> tuple[str, str] | None:
    return None if error is None else (type(error).__name__, str(error))


def test_what_asks_for_our_fixtures_alone_is_called_and_ends_as_under_pytest(new_course: Callable[..., Path]) -> None:
    def look(collection: Collection) -> dict[str, Any]:
        found = {}
        for case in collection.cases:
            assert case.call is not None, case.id
            plainly, by_pytest = (
                said(way(case, seats())) for way in (collection.plugin.run, collection.plugin.run_by_pytest)
            )
            assert plainly == by_pytest
            found[case.name] = plainly
        return found

    found = collect(new_course(test_public=HEAD + CASES), look)
    assert {name for name, ended in found.items() if ended is None} == {"test_nothing", "test_all", "test_given[a-1]"}
    assert found["test_skips"] == ("Skipped", "today")
    assert found["test_asserts"] is not None


@pytest.mark.parametrize("more", MORE)
def test_what_more_there_is_to_a_case_is_left_to_pytest(new_course: Callable[..., Path], more: str) -> None:
    def look(collection: Collection) -> None:
        (case,) = collection.cases
        assert case.call is None
        assert collection.plugin.run(case, seats()) is None

    collect(new_course(test_public=HEAD + MORE[more]), look)


def test_a_case_that_could_not_fail_is_the_authors_slip(new_course: Callable[..., Path]) -> None:
    def look(collection: Collection) -> list[tuple[str, str] | None]:
        return [said(collection.plugin.run(case, seats())) for case in collection.cases]

    ((kind, text),) = collect(
        new_course(test_public=f"{HEAD}@mse()\ndef test_it():\n    'It.'\n    return 1 == 2\n"), look
    )
    assert kind == "BadAssignmentError"
    assert "test_it returns something" in text


def test_a_coroutine_is_left_to_pytest_which_refuses_it(new_course: Callable[..., Path]) -> None:
    def look(collection: Collection) -> str:
        (case,) = collection.cases
        return type(collection.plugin.run(case, seats())).__name__

    assert collect(new_course(test_public=f"{HEAD}@mse()\nasync def test_it():\n    'It.'\n"), look) == "Failed"


def test_a_worker_that_can_not_be_had_ends_the_case_and_not_the_judge(new_course: Callable[..., Path]) -> None:
    def gone() -> Submission:
        raise RuntimeError("gone")

    def look(collection: Collection) -> BaseException | None:
        case = next(case for case in collection.cases if case.name == "test_all")
        given = seats()
        given.student = gone
        return collection.plugin.run(case, given)

    assert said(collect(new_course(test_public=HEAD + CASES), look)) == ("RuntimeError", "gone")

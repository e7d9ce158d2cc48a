"""Collecting cases: what counts, in which order, and what an author can get wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.course.course import find_course
from grader.errors import BadAssignmentError, UsageError
from grader.judge.cases import Collection, collected

HEAD = "from grader.judge import case, close\n"


def collect(course: Path, work: Callable[[Collection], Any], *, hidden: bool = False) -> Any:
    assignment = find_course(course).assignment("mini")
    files = [assignment.public_cases, *([assignment.hidden_cases] if hidden else [])]
    return collected(assignment, files, work)


def ids(collection: Collection) -> list[str]:
    return [case.id for case in collection.cases]


def test_two_assignments_in_one_process_have_cases_of_their_own(new_course: Callable[..., Path]) -> None:
    def body(name: str) -> str:
        return HEAD + f"@case('mse', points=1, concept='c')\ndef {name}(student):\n    '''{name}'''\n"

    first = new_course(test_public=body("test_first"))
    first = first.rename(first.with_name("first"))
    second = new_course(test_public=body("test_second"))
    assert collect(first, ids) == ["test_public.py::test_first"]
    assert collect(second, ids) == ["test_public.py::test_second"]
    assert collect(first, ids) == ["test_public.py::test_first"]


def test_cases_come_in_the_order_of_the_file_with_what_their_author_said(course: Path) -> None:
    def look(collection: Collection) -> list[tuple[object, ...]]:
        return [
            (case.name, case.info.section, case.info.points, case.info.needs, case.title, case.visibility.value)
            for case in collection.cases
        ]

    assert collect(course, look, hidden=True) == [
        ("test_mse", "mse", 1, (), "mse has the right value.", "public"),
        ("test_one_row", "mse", 1, ("test_mse",), "mse of a batch of one.", "public"),
        ("test_double", "double", 2, (), "double gives twice its input.", "public"),
        ("test_wide", "mse", 1, (), "mse of wide rows.", "hidden"),
    ]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (None, ["test_mse", "test_one_row", "test_double"]),
        ("test_double", ["test_double"]),
        ("one_row", ["test_mse", "test_one_row"]),
        ("double", ["test_double"]),
        ("*one*", ["test_mse", "test_one_row"]),
        ("mse", ["test_mse", "test_one_row"]),
    ],
)
def test_a_pattern_chooses_cases_and_what_they_need(course: Path, pattern: str | None, names: list[str]) -> None:
    assert collect(course, lambda it: [case.name for case in it.chosen(pattern)]) == names


def test_a_pattern_that_fits_no_case_is_said(course: Path) -> None:
    with pytest.raises(UsageError, match="no such case"):
        collect(course, lambda it: it.chosen("no such case"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def test_plain():\n    pass\n", "@case is missing"),
        ("@case('msee', points=1, concept='c')\ndef test_a():\n    pass\n", "section msee"),
        ("@case('mse', points=0, concept='c')\ndef test_a():\n    pass\n", "no points"),
        ("@case('mse', concept='c')\ndef test_a():\n    pass\n", "test_a has no points"),
        ("@case('mse', points=1, concept='c', needs='test_z')\ndef test_a():\n    pass\n", "needs test_z"),
        ("def test_a(:\n", "can't be collected"),
        ("1 / 0\n", "can't be collected"),
        ("import numpy.no_such_module\n", "can't be collected"),
    ],
)
def test_what_an_author_gets_wrong_is_said(new_course: Callable[..., Path], body: str, words: str) -> None:
    with pytest.raises(BadAssignmentError, match="(?s)" + words.replace("'", ".")):
        collect(new_course(test_public=HEAD + body), ids)


def test_the_place_of_a_wrong_case_is_named(new_course: Callable[..., Path]) -> None:
    course = new_course(test_public=HEAD + "\n\ndef test_plain():\n    pass\n")
    with pytest.raises(BadAssignmentError) as caught:
        collect(course, ids)
    assert str(caught.value.where).endswith("test_public.py:4")


def test_points_of_the_manifest_are_held_against_the_cases(new_course: Callable[..., Path]) -> None:
    body = HEAD + "@case('mse', points=5, concept='c')\ndef test_wide(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match=r"7 points together; the manifest says 3"):
        collect(new_course(test_hidden=body), ids, hidden=True)


def test_two_cases_of_one_name_in_two_files_are_refused(new_course: Callable[..., Path]) -> None:
    body = HEAD + "@case('mse', points=1, concept='c')\ndef test_mse(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match="Two cases are called test_mse"):
        collect(new_course(test_hidden=body), ids, hidden=True)


def test_two_cases_of_one_name_in_one_file_are_refused(new_course: Callable[..., Path]) -> None:
    """Python keeps the last alone: without a word a case would be gone."""
    body = HEAD + 2 * "@case('mse', points=1, concept='c')\ndef test_a(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match="Two cases are called test_a") as caught:
        collect(new_course(test_public=body), ids)
    assert str(caught.value.where).endswith("test_public.py:6")
    assert caught.value.hint == "Rename one of them."


def test_an_exception_of_the_work_comes_out_as_it_is(course: Path) -> None:
    def work(_collection: Collection) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        collect(course, work)


def test_pytest_leaves_the_environment_and_the_path_as_they_were(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only -k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    before = dict(os.environ), list(sys.path)
    assert len(collect(course, ids)) == 3
    assert (dict(os.environ), list(sys.path)) == before


def test_the_hash_is_that_of_the_files_of_cases(course: Path) -> None:
    first = collect(course, lambda it: it.sha256, hidden=True)
    assert first == collect(course, lambda it: it.sha256, hidden=True)
    hidden = course / "assignments" / "mini" / "test_hidden.py"
    hidden.write_text(hidden.read_text("utf-8") + "\n# more\n", "utf-8")
    assert first != collect(course, lambda it: it.sha256, hidden=True)
    assert collect(course, lambda it: it.sha256) not in (first, None)


LAST_NEEDS_FIRST = """
@case("mse", points=1, concept="value")
def test_first(student, reference, rng):
    x, y = rng.normal(size=(2, 4, 3))
    close(student.mse(x, y), reference.mse(x, y))


@case("mse", points=1, concept="value", needs="test_first")
def test_last(student, reference, rng):
    x, y = rng.normal(size=(2, 1, 3))
    close(student.mse(x, y), reference.mse(x, y))
"""


def test_a_last_case_that_is_skipped_costs_the_next_submission_nothing(
    new_course: Callable[..., Path], bench: Callable[..., Any]
) -> None:
    """What pytest sets up for one submission is never left to the first case of another."""
    made = bench(new_course(test_public=HEAD + LAST_NEEDS_FIRST), hidden=False)
    wrong = made.judge("def mse(x, y):\n    return None\n")
    assert [case.verdict.value for case in wrong.cases] == ["failed", "skipped"]
    assert made.judge("def mse(x, y):\n    return ((x - y) ** 2).mean()\n").all_passed

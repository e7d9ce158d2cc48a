"""Collecting cases: what counts, in which order, and what an author can get wrong."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.bridge.student import Student
from grader.bridge.transport import ByteTransport
from grader.course.course import find_course
from grader.errors import BadAssignmentError, UsageError
from grader.judge.cases import CaseSet, Fixtures, collect_cases, rng_of
from grader.worker.server import Server
from tests.courses import PUBLIC, ROOT, few_by_default

HEAD = "from grader import case, close\n"


def collect(course: Path, *, hidden: bool = False) -> CaseSet:
    return collect_cases(find_course(course).assignment("mini"), hidden=hidden)


def ids(case_set: CaseSet) -> list[str]:
    return [case.id for case in case_set.cases]


def test_two_assignments_in_one_process_have_cases_of_their_own(new_course: Callable[..., Path]) -> None:
    def body(name: str) -> str:
        return HEAD + f"@case('mse', points=1, concept='c')\ndef {name}(student):\n    '''{name}'''\n"

    first = new_course(test_public=body("test_first"))
    first = first.rename(first.with_name("first"))
    second = new_course(test_public=body("test_second"))
    assert ids(collect(first)) == ["test_public.py::test_first"]
    assert ids(collect(second)) == ["test_public.py::test_second"]
    assert ids(collect(first)) == ["test_public.py::test_first"]


def test_cases_come_in_the_order_of_the_file_with_what_their_author_said(course: Path) -> None:
    said = [
        (case.name, case.info.section, case.info.points, case.info.needs, case.title, case.visibility.value)
        for case in collect(course, hidden=True).cases
    ]
    assert said == [
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
    assert [case.name for case in collect(course).chosen(pattern)] == names


def test_a_pattern_that_fits_no_case_is_said(course: Path) -> None:
    with pytest.raises(UsageError, match="no such case"):
        collect(course).chosen("no such case")


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
        collect(new_course(test_public=HEAD + body))


def test_the_place_of_a_wrong_case_is_named(new_course: Callable[..., Path]) -> None:
    course = new_course(test_public=HEAD + "\n\ndef test_plain():\n    pass\n")
    with pytest.raises(BadAssignmentError) as caught:
        collect(course)
    assert str(caught.value.where).endswith("test_public.py:4")


def test_points_of_the_manifest_are_held_against_the_cases(new_course: Callable[..., Path]) -> None:
    body = HEAD + "@case('mse', points=5, concept='c')\ndef test_wide(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match=r"7 points together; the manifest says 3"):
        collect(new_course(test_hidden=body), hidden=True)


def test_two_cases_of_one_name_in_two_files_are_refused(new_course: Callable[..., Path]) -> None:
    body = HEAD + "@case('mse', points=1, concept='c')\ndef test_mse(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match="Two cases are called test_mse"):
        collect(new_course(test_hidden=body), hidden=True)


def test_two_cases_of_one_name_in_one_file_are_refused(new_course: Callable[..., Path]) -> None:
    """Python keeps the last alone: without a word a case would be gone."""
    body = HEAD + 2 * "@case('mse', points=1, concept='c')\ndef test_a(student):\n    pass\n"
    with pytest.raises(BadAssignmentError, match="Two cases are called test_a") as caught:
        collect(new_course(test_public=body))
    assert str(caught.value.where).endswith("test_public.py:6")
    assert caught.value.hint == "Rename one of them."


def test_the_hash_is_that_of_the_files_of_cases(course: Path) -> None:
    first = collect(course, hidden=True).sha256
    assert first == collect(course, hidden=True).sha256
    hidden = course / "assignments" / "mini" / "test_hidden.py"
    hidden.write_text(hidden.read_text("utf-8") + "\n# more\n", "utf-8")
    assert first != collect(course, hidden=True).sha256
    assert collect(course).sha256 not in (first, None)


def test_where_hidden_cases_judge_other_data_may_lie_beside_a_submission(new_course: Callable[..., Path]) -> None:
    course = course_of_folders(new_course)
    home = course / "assignments" / "mini"
    manifest = (home / "assignment.toml").read_text("utf-8")
    (home / "assignment.toml").write_text(manifest + '\n[run]\nfiles = ["train.txt", "test.txt"]\n', "utf-8")
    for name, text in {"train.txt": "all", "test.txt": "theirs", "hidden/test.txt": "ours"}.items():
        (home / name).write_text(text, "utf-8")
    first = collect(course, hidden=True)
    assert collect(course).files == {"train.txt": b"all", "test.txt": b"theirs"}
    assert first.files == {"train.txt": b"all", "test.txt": b"ours"}
    (home / "hidden" / "test.txt").write_text("others", "utf-8")
    assert collect(course, hidden=True).sha256 != first.sha256


SHARED = {
    "inputs.py": "def rows(rng):\n    return rng.normal(size=(2, 4, 3))\n",
    "hidden/test_double.py": HEAD
    + """from inputs import rows


@case("double", points=2, concept="value")
def test_twice(student, reference, rng):
    x, _ = rows(rng)
    close(student.double(x), reference.double(x))
""",
    "hidden/test_mse.py": HEAD
    + """from inputs import rows


def edge(points):
    @case("mse", points=points, concept="value")
    def check(student, reference, rng):
        close(student.mse(*rows(rng)), reference.mse(*rows(rng)))

    return check


test_made = edge(1)
""",
}
PUBLIC_PART = HEAD + "@case('mse', points=2, concept='c')\ndef test_mse(student):\n    student.mse(1, 1)\n"


def course_of_folders(new_course: Callable[..., Path]) -> Path:
    course = new_course(test_public=PUBLIC_PART)
    home = course / "assignments" / "mini"
    (home / "test_hidden.py").unlink()
    (home / "hidden").mkdir()
    for name, text in SHARED.items():
        (home / name).write_text(text, "utf-8")
    return course


def test_what_public_cases_share_belongs_to_them(new_course: Callable[..., Path]) -> None:
    """Another answer expected there makes other cases, for members too."""
    course = new_course(test_public="from common_rows import FEW\n" + PUBLIC)
    shared = course / "assignments" / "mini" / "common_rows.py"
    shared.write_text("FEW = 3\n", "utf-8")
    assignment = find_course(course).assignment("mini")
    before = collect_cases(assignment).sha256
    shared.write_text("FEW = 4\n", "utf-8")
    assert collect_cases(assignment).sha256 != before


def test_hidden_cases_of_a_folder_come_by_sections_and_share_their_inputs(new_course: Callable[..., Path]) -> None:
    course = course_of_folders(new_course)
    before = set(sys.modules)
    case_set = collect(course, hidden=True)
    assert ids(case_set) == ["test_public.py::test_mse", "test_hidden.py::test_made", "test_hidden.py::test_twice"]
    files = [Path(case.where.rpartition(":")[0]).name for case in case_set.cases]
    assert files == ["test_public.py", "test_mse.py", "test_double.py"]
    assert "inputs" not in set(sys.modules) - before
    inputs = course / "assignments" / "mini" / "inputs.py"
    inputs.write_text(inputs.read_text("utf-8") + "# more\n", "utf-8")
    assert collect(course, hidden=True).sha256 != case_set.sha256
    assert ids(collect(course)) == ["test_public.py::test_mse"]


def test_an_empty_folder_of_hidden_cases_is_a_mistake(new_course: Callable[..., Path]) -> None:
    course = course_of_folders(new_course)
    for file in (course / "assignments" / "mini" / "hidden").iterdir():
        file.unlink()
    with pytest.raises(BadAssignmentError, match="file with the cases is missing") as caught:
        collect(course, hidden=True)
    assert str(caught.value.where).endswith("hidden")


def test_no_two_files_have_a_case_of_one_name(new_course: Callable[..., Path]) -> None:
    course = course_of_folders(new_course)
    file = course / "assignments" / "mini" / "hidden" / "test_mse.py"
    file.write_text(file.read_text("utf-8").replace("test_made", "test_twice"), "utf-8")
    with pytest.raises(BadAssignmentError, match="Two cases are called test_twice"):
        collect(course, hidden=True)


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


@pytest.mark.parametrize("hw", few_by_default(find_course(ROOT).ids(), "hw1"))
def test_ids_and_their_order_are_those_of_pytest(hw: str) -> None:
    assignment = find_course(ROOT).assignment(hw)
    if any(importlib.util.find_spec(name) is None for name in assignment.imports):
        pytest.skip(f"{hw} needs {', '.join(assignment.imports)}")
    files = [assignment.public_cases, *assignment.hidden_cases]
    options = ["--collect-only", "-q", "--noconftest", "-c", os.devnull, "--rootdir", str(assignment.folder)]
    command = [sys.executable, "-m", "pytest", *options, "--import-mode=importlib", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(assignment.folder)}  # for `from inputs import …`
    command += map(str, files)
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    names = [line.partition("::")[2] for line in output.splitlines() if "::" in line]
    assert [case.name for case in collect_cases(assignment, hidden=True).cases] == names


REFUSED = {
    "a fixture of its own": ("@pytest.fixture\ndef mine(): return 7\n@mse()\ndef test_it(mine):\n    'It.'\n", "mine"),
    "a fixture of pytest's": ("@mse()\ndef test_it(tmp_path):\n    'It.'\n", "tmp_path, which is no fixture"),
    "the request itself": ("@mse()\ndef test_it(request):\n    'It.'\n", "request, which is no fixture"),
    "a set-up of the file": ("def setup_module(): pass\n@mse()\ndef test_it():\n    'It.'\n", "setup_module"),
    "indirect": ("@mse()\n@pytest.mark.parametrize('n', [6], indirect=True)\ndef test_it(n):\n    'It.'\n", "indirect"),
    "another mark": ("@mse()\n@pytest.mark.skip\ndef test_it():\n    'It.'\n", "marked skip"),
    "a class": ("class TestIt:\n    @mse()\n    def test_it(self):\n        'It.'\n", "TestIt"),
    "a coroutine": ("@mse()\nasync def test_it():\n    'It.'\n", "test_it can.t be async"),
    "a row too long": (
        "@mse()\n@pytest.mark.parametrize('a, b', [(1, 2, 3)])\ndef test_it(a, b): pass\n",
        "3 values",
    ),
    "one name twice": ("@mse()\n@pytest.mark.parametrize('a', [1, 1])\ndef test_it(a):\n    'It.'\n", "under one name"),
}
OWN = HEAD + "import pytest\ndef mse(**more):\n    return case('mse', points=1, concept='c', **more)\n"


@pytest.mark.parametrize("what", REFUSED)
def test_what_only_pytest_could_do_is_refused_with_its_place(new_course: Callable[..., Path], what: str) -> None:
    body, words = REFUSED[what]
    with pytest.raises(BadAssignmentError, match=words) as caught:
        collect(new_course(test_public=OWN + body))
    assert "test_public.py" in str(caught.value.where)


RUN = """
@mse()
def test_nothing():
    "Asks for nothing."

@mse()
def test_all(rng, reference, student):
    "Asks for everything."
    assert student is not reference and rng.normal() < 9

@mse()
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("word", ["a"])
def test_given(student, n, word):
    "Is given something."
    assert (n, word) == (1, "a"), "too many"

@mse()
def test_skips(student):
    "Is skipped by itself."
    pytest.skip("today")

@mse()
def test_returns():
    "Could not fail."
    return 1 == 2
"""


def fixtures() -> Fixtures:
    def side() -> Student:
        return Student(ByteTransport(Server().answer))

    return Fixtures(side, side, lambda: np.random.default_rng(0))


def test_a_case_is_called_and_how_it_ended_is_handed_back(new_course: Callable[..., Path]) -> None:
    ended = {case.name: case.run(fixtures()) for case in collect(new_course(test_public=OWN + RUN)).cases}
    assert {name for name, error in ended.items() if error is None} == {"test_nothing", "test_all", "test_given[a-1]"}
    assert str(ended["test_given[a-2]"]) == "too many"
    assert (type(ended["test_skips"]).__name__, str(ended["test_skips"])) == ("Skipped", "today")
    assert isinstance(ended["test_returns"], BadAssignmentError)
    assert "test_returns returns something" in str(ended["test_returns"])


def test_a_worker_that_can_not_be_had_ends_the_case_and_not_the_judge(new_course: Callable[..., Path]) -> None:
    def gone() -> Student:
        raise RuntimeError("gone")

    case = next(case for case in collect(new_course(test_public=OWN + RUN)).cases if case.name == "test_all")
    assert repr(case.run(replace(fixtures(), student=gone))) == "RuntimeError('gone')"


def test_collecting_leaves_the_environment_and_the_path_as_they_were(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PYTEST_ADDOPTS", "-k nothing"), ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")):
        monkeypatch.setenv(name, value)
    before = dict(os.environ), list(sys.path), list(sys.meta_path)
    assert len(collect(course).cases) == 3
    assert (dict(os.environ), list(sys.path), list(sys.meta_path)) == before


def test_they_are_those_of_the_secret_and_the_case() -> None:
    first = rng_of(b"a secret", "test_hidden.py::test_a").normal(size=4).tolist()
    assert first == rng_of(b"a secret", "test_hidden.py::test_a").normal(size=4).tolist()
    assert first != rng_of(b"a secret", "test_hidden.py::test_b").normal(size=4).tolist()
    assert first != rng_of(b"another", "test_hidden.py::test_a").normal(size=4).tolist()


def test_a_case_that_splits_its_numbers_gets_the_same_parts_again() -> None:
    def parts() -> list[float]:
        return [float(child.normal()) for child in rng_of(b"a secret", "test_hidden.py::test_split").spawn(2)]

    assert parts() == parts()

"""A bench: tasks done one after another, with what each asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import BadAssignmentError
from grader.grading import Setting, Task
from grader.grading.bench import open_bench
from tests.benches import code
from tests.courses import RIGHT

MISCONCEPTIONS = """
from grader import Misconception

def half(x, y):
    return 0.5 * ((x - y) ** 2).mean()

MISCONCEPTIONS = (Misconception("half", "mse", "There is no half.", "½은 없어요.", "lecture", half),)
"""
SECRET = b"a secret"


@pytest.fixture
def setting(course: Path) -> Setting:
    (course / "assignments" / "mini" / "misconceptions.py").write_text(MISCONCEPTIONS, "utf-8")
    return Setting(find_course(course).assignment("mini"), SECRET, "en")


def test_tasks_one_after_another_and_nothing_is_left(setting: Setting, scratch_home: Path) -> None:
    before = set(scratch_home.iterdir())
    with open_bench(setting) as bench:
        wrong = bench.do(Task("wrong", code("def mse(x, y): return 0.0\ndef double(x): return x + x\n"), SECRET))
        right = bench.do(Task("right", code(RIGHT), SECRET))
        swapped = bench.do(Task("half", code(""), SECRET, swap="half", measured=True))
        early = bench.do(Task("early", code("def mse(x, y): return 0.0\n"), SECRET, stop_early=True, about="mse"))
    assert (wrong.report.all_passed, right.report.all_passed) == (False, True)
    assert {case.hint.id for case in swapped.report.cases if case.hint is not None} == {"half"}
    assert max(swapped.distances.values()) > 10
    assert len(early.report.cases) == 1
    assert not set(scratch_home.iterdir()) - before


def test_another_secret_gives_other_inputs_and_the_same_verdicts(setting: Setting) -> None:
    with open_bench(setting) as bench:
        source = "def mse(x, y): return 0.0\ndef double(x): return x + x\n"
        one, two = (bench.do(Task(secret, code(source), secret.encode())).report for secret in ("one", "two"))
    assert [case.verdict for case in one.cases] == [case.verdict for case in two.cases]
    assert [case.details for case in one.cases] != [case.details for case in two.cases]


def test_without_a_reference_there_is_no_bench(setting: Setting, course: Path, scratch_home: Path) -> None:
    (course / "reference" / "mini.py").unlink()
    before = set(scratch_home.iterdir())
    with pytest.raises(BadAssignmentError, match="reference of mini is missing"):
        open_bench(Setting(find_course(course).assignment("mini"), SECRET, "en"))
    assert set(scratch_home.iterdir()) == before


def test_what_an_author_gets_wrong_leaves_no_zygote_behind(setting: Setting, scratch_home: Path) -> None:
    before = set(scratch_home.iterdir())
    setting.assignment.public_cases.write_text("1 / 0\n", "utf-8")
    with pytest.raises(BadAssignmentError, match="ZeroDivisionError"):
        open_bench(setting)
    assert set(scratch_home.iterdir()) == before

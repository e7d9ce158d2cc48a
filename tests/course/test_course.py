"""The course: where it is found, and what it says of itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.course.course import course_language, find_course
from grader.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


def test_members_have_no_reference(course: Path) -> None:
    (course / "reference" / "mini.py").unlink()
    assert find_course(course).assignment("mini").reference is None


def test_the_course_is_the_nearest_one_upwards(course: Path, tmp_path: Path) -> None:
    below = course / "a" / "b"
    below.mkdir(parents=True)
    assert find_course(below).folder == course
    with pytest.raises(UsageError, match=r"d2d\.toml") as caught:
        find_course(tmp_path)
    assert "--course" in str(caught.value.hint)


def test_a_course_that_is_named_is_not_looked_for_elsewhere(course: Path) -> None:
    with pytest.raises(UsageError):
        find_course(course, course / "assignments")


def test_an_unknown_assignment(course: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_course(course).assignment("MINI")
    assert caught.value.hint == "Did you mean mini?"


def test_the_real_course_reads() -> None:
    assignment = find_course(ROOT).assignment("hw1")
    assert sum(section.points for section in assignment.sections.values()) == 100
    assert assignment.imports == ("numpy",)


def test_hw10_stands_after_hw2(course: Path) -> None:
    for name in ("hw10", "hw2"):
        shutil.copytree(course / "assignments" / "mini", course / "assignments" / name)
    assert find_course(course).ids() == ["hw2", "hw10", "mini"]


def test_the_course_s_language(course: Path) -> None:
    assert course_language(course) is None
    file = course / "d2d.toml"
    file.write_text('language = "ko"\n' + file.read_text("utf-8"), "utf-8")
    assert course_language(course / "assignments") == "ko"
    file.write_text("language = ", "utf-8")
    assert course_language(course) is None  # the command itself says what is wrong
    assert course_language(course, course / "nowhere") is None

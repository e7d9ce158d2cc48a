"""The course's language, before anything else is known of the course."""

from __future__ import annotations

from pathlib import Path

from grader.course.language import course_language


def test_the_course_s_language(course: Path) -> None:
    assert course_language(course) is None
    file = course / "d2d.toml"
    file.write_text('language = "ko"\n' + file.read_text("utf-8"), "utf-8")
    assert course_language(course / "assignments") == "ko"
    file.write_text("language = ", "utf-8")
    assert course_language(course) is None  # the command itself says what is wrong
    assert course_language(course, course / "nowhere") is None


def test_a_language_that_is_not_known_is_none(course: Path) -> None:
    file = course / "d2d.toml"
    text = file.read_text("utf-8")
    for value in ('"xx"', "7", '["ko"]', "{ ko = true }"):
        file.write_text(f"language = {value}\n{text}", "utf-8")
        assert course_language(course) is None

"""Which language a command speaks: that of --lang, else of the course, else of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import _chosen_language


@pytest.mark.parametrize(
    ("arguments", "course_says", "expected"),
    [
        (["check", "hw1", "--lang", "en"], "ko", "en"),
        (["check", "hw1", "--lang=en"], "ko", "en"),
        (["check", "hw1"], "ko", "ko"),
        (["check", "hw1", "--lang", "xx"], "ko", "ko"),
        (["check", "hw1"], "en", "en"),
        (["check", "hw1"], None, "ko"),
    ],
)
def test_the_first_that_says_something(
    course: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], course_says: str | None, expected: str
) -> None:
    monkeypatch.setenv("LANGUAGE", "ko_KR.UTF-8")
    file = course / "d2d.toml"
    if course_says:
        file.write_text(f'language = "{course_says}"\n' + file.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(course)
    assert _chosen_language(arguments, course) == expected
    monkeypatch.chdir("/")
    assert _chosen_language([*arguments, "--course", str(course)], Path("/")) == expected
    assert _chosen_language([*arguments, f"--course={course}"], Path("/")) == expected

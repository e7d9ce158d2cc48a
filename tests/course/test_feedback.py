"""`[feedback]` of the course file: what it means, and what can be wrong in it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.course.feedback import Cooldown, Feedback, Level
from grader.course.term import load_term
from grader.errors import BadAssignmentError

ROOT = Path(__file__).parents[2]


def course(folder: Path, text: str) -> Path:
    file = folder / "d2d.toml"
    file.write_text(f'name = "Group"\n{text}', "utf-8")
    return file


def test_the_defaults(tmp_path: Path) -> None:
    expected = Feedback(Level.SCORE, Level.HINT, Cooldown(5, timedelta(hours=24)))
    assert load_term(course(tmp_path, "")).feedback == expected


def test_what_the_course_file_explains_is_what_it_does(tmp_path: Path) -> None:
    """The lines of the real course file, their comment signs taken away, are the defaults."""
    text = (ROOT / "d2d.toml").read_text("utf-8")
    part = text[text.index("# [feedback]") :]
    explained = "\n".join(line.removeprefix("# ") for line in part.splitlines() if re.match(r"# [\[a-z]", line))
    assert "[feedback.cooldown]" in explained
    file = course(tmp_path, explained)
    assert load_term(file).feedback == Feedback()
    assert find_course(tmp_path).name == "Group"


def test_all_of_it(tmp_path: Path) -> None:
    text = '[feedback]\nbefore = "nothing"\nafter = "title"\n[feedback.cooldown]\nsubmissions = 0\nhours = 1\n'
    found = load_term(course(tmp_path, text)).feedback
    assert found == Feedback(Level.NOTHING, Level.TITLE, Cooldown(0, timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[feedback]\nbefore = "all"', 3, "feedback.before: must be one of nothing, score, title, hint"),
        ("[feedback]\nbefore = 1", 3, "feedback.before: must be one of"),
        ('[feedback]\nbefore = "hint"\nafter = "score"', 4, "no less can be shown than before it"),
        ('[feedback]\nbefor = "hint"', 3, "feedback.befor: is not known"),
        ("[feedback]\n[feedback.cooldown]\nsubmissions = -1", 4, "must be a whole number from 0"),
        ("[feedback]\n[feedback.cooldown]\nhours = 0", 4, "must be a whole number from 1"),
        ("[feedback]\n[feedback.cooldown]\nhours = 1.5", 4, "feedback.cooldown.hours: must be a whole number"),
        ("[feedback]\n[feedback.cooldown]\nminutes = 5", 4, "feedback.cooldown.minutes: is not known"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(BadAssignmentError) as found:
        load_term(course(tmp_path, text))
    assert said in found.value.what
    assert str(found.value.where).endswith(f"d2d.toml:{line}")


def test_more_before_the_deadline_than_the_default_after_it_is_kept_after_it(tmp_path: Path) -> None:
    assert load_term(course(tmp_path, '[feedback]\nbefore = "hint"')).feedback.after is Level.HINT

"""A member's repository, released once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.authoring.release import write_release
from grader.course.course import find_course
from tests.courses import make_course


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `release` writes for the small course."""
    course = make_course(tmp_path_factory.mktemp("staff") / "course")
    for language in ("ko", "en"):
        text = "# Mini\n\n<!-- cell: mse -->\n\n<!-- cell: double -->\n"
        (course / "assignments" / "mini" / f"handout.{language}.md").write_text(text, "utf-8")
    (course / "assignments" / "mini" / "misconceptions.py").write_text("", "utf-8")
    out = course.parent / "members"
    write_release(find_course(course), ["mini"], out, ("ko", "en"))
    return out


@pytest.fixture
def member(released: Path, tmp_path: Path) -> Path:
    """A copy of it to work in."""
    return Path(shutil.copytree(released, tmp_path / "member"))

"""An assignment as it travels: what arrives is what was sent, or it is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import OurFaultError
from grader.grading.parcel import Parcel, about, private_folder
from grader.grading.task import Setting


@pytest.fixture
def setting(course: Path) -> Setting:
    assignment = find_course(course).assignment("mini")
    return Setting(replace(assignment, limits=replace(assignment.limits, memory_mb=77)), b"a secret", "ko", closed=True)


def test_what_arrives_is_what_was_sent_with_its_limits(setting: Setting, tmp_path: Path) -> None:
    there = Parcel.of(setting).unpacked(tmp_path / "there")
    assert (there.secret, there.language, there.closed) == (b"a secret", "ko", True)
    assert there.assignment.folder == tmp_path / "there" / "mini"
    assert there.assignment.limits.memory_mb == 77
    assert there.assignment.reference is not None
    assert there.assignment.reference.read_text("utf-8") == setting.assignment.reference.read_text("utf-8")  # type: ignore[union-attr]


def test_a_file_that_changed_on_the_way_is_noticed(setting: Setting, tmp_path: Path) -> None:
    parcel = Parcel.of(setting)
    files = tuple((name, content + b"\n" * (name == "test_hidden.py")) for name, content in parcel.files)
    with pytest.raises(OurFaultError, match="did not arrive as they were sent"):
        replace(parcel, files=files).unpacked(tmp_path)


def test_what_must_be_the_same_everywhere() -> None:
    assert set(about(("numpy",))) == {"d2d", "Python", "numpy"}
    assert about(("no_such_library",))["no_such_library"] == "–"


def test_nobody_else_may_look_into_the_folder_of_a_parcel() -> None:
    with private_folder() as folder:
        assert Path(folder).stat().st_mode & 0o077 == 0

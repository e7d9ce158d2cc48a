"""What a report depends on: each part of it is in the hash, and what arrives elsewhere is what was sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.course import find_course
from grader.errors import OurFaultError
from grader.grading import Setting
from grader.grading.inputs import Inputs, Parcel, about
from grader.intake import Cell, Submission


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


def inputs_of(course: Path, limit: int = 77, commitment: str = "c", visibility: str = "full") -> Inputs:
    assignment = find_course(course).assignment("mini")
    return Inputs.of(replace(assignment, limits=replace(assignment.limits, memory_mb=limit)), commitment, visibility)


def test_the_same_inputs_have_the_same_hash_and_others_another(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs_of(course)
    assert inputs_of(course) == before
    others = [inputs_of(course, 78), inputs_of(course, commitment="d"), inputs_of(course, visibility="public")]
    monkeypatch.setattr("grader.grading.inputs.language", lambda: "fr")
    others.append(inputs_of(course))
    monkeypatch.undo()
    monkeypatch.setattr("grader.grading.inputs.platform.python_version", lambda: "3.99.0")
    others.append(inputs_of(course))
    assert len({inputs.judged_by for inputs in [before, *others]}) == 6


@pytest.mark.parametrize("name", ["assignments/mini/test_hidden.py", "assignments/mini/mini.py", "reference/mini.py"])
def test_a_changed_file_that_judges_changes_the_hash(course: Path, name: str) -> None:
    before = inputs_of(course)
    (course / name).write_text((course / name).read_text("utf-8") + "\n# changed\n", "utf-8")
    assert inputs_of(course) != before


def test_what_is_for_people_alone_does_not(course: Path) -> None:
    before = inputs_of(course)
    for name in ("notes.md", "locale.po", "equivalent.toml"):
        (course / "assignments" / "mini" / name).write_text("words = 1\n", "utf-8")
    assert inputs_of(course) == before
    (course / "assignments" / "mini" / "data.npz").write_bytes(b"numbers")
    assert inputs_of(course) != before


def test_two_files_are_not_taken_for_one_of_both(course: Path) -> None:
    home = course / "assignments" / "mini"
    (home / "a.txt").write_text("one", "utf-8")
    before = inputs_of(course)
    (home / "a.txt").rename(home / "b.txt")
    assert inputs_of(course) != before


def test_a_submission_counts_by_its_code_and_its_name(course: Path) -> None:
    inputs = inputs_of(course)
    kim = Submission("kim", "kim.py", (Cell("kim.py", "x = 1"),), "")
    others = [replace(kim, member="lee"), replace(kim, cells=(Cell("kim.py", "x = 2"),)), replace(kim, cells=())]
    assert len({inputs.sha256(submission) for submission in [kim, *others]}) == 4
    broken = replace(kim, cells=(Cell("kim.py", "x = '\ud800'"),))  # half a surrogate pair, as JSON lets it in
    assert inputs.sha256(broken) != inputs.sha256(kim)

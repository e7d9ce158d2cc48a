"""Manifests of assignments: what is read, and every mistake with its place; the limits of a worker."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader import i18n
from grader.assignment.manifest import Assignment, Limits, assignment_order
from grader.course.course import find_course
from grader.errors import BadAssignmentError, FileError


def manifest_of(course: Path) -> Path:
    return course / "assignments" / "mini" / "assignment.toml"


def change(file: Path, old: str, new: str) -> int:
    """Replace a line of a file; its number."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_an_assignment_is_what_its_manifest_says(course: Path) -> None:
    assignment = find_course(course).assignment("mini")
    assert (assignment.id, assignment.version, assignment.pass_percent) == ("mini", "1.0.0", 60)
    assert assignment.imports == ("numpy",)
    assert (assignment.limits.case_seconds, assignment.limits.memory_mb) == (10, 1024)
    assert {name: (section.asks, section.points) for name, section in assignment.sections.items()} == {
        "mse": (("mse",), Fraction(3)),
        "double": (("double",), Fraction(2)),
    }
    assert assignment.signatures == {"mse": "mse(x, y)", "double": "double(x)"}
    assert assignment.reference == course / "reference" / "mini.py"


def test_the_title_follows_the_language(course: Path) -> None:
    assignment = find_course(course).assignment("mini")
    try:
        i18n.use("ko")
        assert assignment.title == "작은 과제"
    finally:
        i18n.use("en")
    assert assignment.title == "Mini"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('version = "1.0.0"', "version = 1", "version: must be a string"),
        ('version = "1.0.0"', "", "version: is missing"),
        ('version = "1.0.0"', 'version = "1.0.0"\nvresion = "1"', "vresion: is not known"),
        ('imports = ["numpy"]', 'imports = "numpy"', "worker.imports: must be a list"),
        ('imports = ["numpy"]', "imports = [1]", "worker.imports[0]: must be a string"),
        ("case_seconds = 10", "case_seconds = true", "limits.case_seconds: must be a number"),
        ("case_seconds = 10", "case_secs = 1", "limits.case_secs: is not known"),
        ("points = 3", "points = 3.5", "sections.mse.points: must be a whole number"),
        ("points = 3", "points = true", "sections.mse.points: must be a whole number"),
        ("case_seconds = 10", "memory_mb = 1024.5", "limits.memory_mb: must be a whole number"),
        ("case_seconds = 10", "processes = true", "limits.processes: must be a whole number"),
        ("case_seconds = 10", "case_seconds = 0", "limits.case_seconds: must be more than 0"),
        (
            'version = "1.0.0"',
            'version = "1.0.0"\npass_percent = 101',
            "pass_percent: must be a whole number from 0 to 100",
        ),
        ('en = "Mini"', "", "title.en: is missing"),
        ('stub = "mini.py"', 'stub = "other.py"', "other.py is missing"),
        ("[title]", "[title", "no TOML"),
    ],
)
def test_a_mistake_in_the_manifest_is_said(course: Path, old: str, new: str, words: str) -> None:
    change(manifest_of(course), old, new)
    with pytest.raises(BadAssignmentError) as caught:
        find_course(course).assignment("mini")
    assert words in caught.value.what
    assert "assignment.toml" in str(caught.value.where)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("case_seconds = 10", "case_secs = 1"),
        ("points = 2", "points = true"),
        ("case_seconds = 10", "memory_mb = 1024.5"),
        ('version = "1.0.0"', "version = 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(course: Path, old: str, new: str) -> None:
    line = change(manifest_of(course), old, new)
    with pytest.raises(BadAssignmentError) as caught:
        find_course(course).assignment("mini")
    assert str(caught.value.where).endswith(f"assignment.toml:{line}")


@pytest.mark.parametrize("points", ["-1", "0", '"1/0"', '"many"', '"nan"'])
def test_points_that_are_none_are_refused(course: Path, points: str) -> None:
    change(manifest_of(course), "points = 3", f"points = {points}")
    with pytest.raises(BadAssignmentError, match="points"):
        find_course(course).assignment("mini")


@pytest.mark.parametrize("limit", ["case_seconds = 0", "case_seconds = -1", "case_seconds = nan", "memory_mb = 0"])
def test_limits_that_leave_nothing_are_refused(course: Path, limit: str) -> None:
    change(manifest_of(course), "case_seconds = 10", limit)
    with pytest.raises(BadAssignmentError, match=limit.split(" ", maxsplit=1)[0]):
        find_course(course).assignment("mini")


def test_a_stub_that_does_not_parse_is_the_authors_business(course: Path) -> None:
    (course / "assignments" / "mini" / "mini.py").write_text("def mse(:\n", "utf-8")
    with pytest.raises(BadAssignmentError, match="stub"):
        _ = find_course(course).assignment("mini").signatures


def test_a_manifest_in_another_encoding_is_said(course: Path) -> None:
    manifest_of(course).write_bytes(manifest_of(course).read_text("utf-8").encode("cp949"))
    with pytest.raises(FileError, match="can't be read"):
        find_course(course).assignment("mini")


def test_assignments_are_in_the_order_of_their_numbers() -> None:
    assert sorted(["hw10", "hw2", "hw1", "extra"], key=assignment_order) == ["extra", "hw1", "hw2", "hw10"]


def mini_with(course: Path, line: str = "") -> Assignment:
    """The small assignment with this line in its manifest."""
    manifest = manifest_of(course)
    manifest.write_text(f"{line}\n{manifest.read_text('utf-8')}", "utf-8")
    return find_course(course).assignment("mini")


def fill(folder: Path, *names: str) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("", "utf-8")


def names(files: tuple[Path, ...]) -> list[str]:
    return [f"{file.parent.name}/{file.name}" for file in files]


def test_a_small_assignment_has_one_file_of_hidden_cases(course: Path) -> None:
    assignment = mini_with(course)
    assert names(assignment.hidden_cases) == ["mini/test_hidden.py"]
    assert assignment.misconceptions == ()


def test_files_of_a_folder_come_in_the_order_of_the_sections(course: Path) -> None:
    home = course / "assignments" / "mini"
    fill(home / "hidden", "test_double.py", "test_mse.py", "test_a_rest.py", "notes.txt", "helper.py")
    fill(home / "misconceptions", "double.py", "mse.py")
    assignment = mini_with(course)
    assert names(assignment.hidden_cases) == ["hidden/test_mse.py", "hidden/test_double.py", "hidden/test_a_rest.py"]
    assert names(assignment.misconceptions) == ["misconceptions/mse.py", "misconceptions/double.py"]


@pytest.mark.parametrize("value", ["secret", "secret/", "test_hidden.py"])
def test_the_manifest_may_name_another_place(course: Path, value: str) -> None:
    fill(course / "assignments" / "mini" / "secret", "test_mse.py")
    fill(course / "assignments" / "mini" / "hidden", "test_mse.py")
    expected = "mini/test_hidden.py" if value.endswith(".py") else "secret/test_mse.py"
    assert names(mini_with(course, f'hidden = "{value}"').hidden_cases) == [expected]


@pytest.mark.parametrize("line", ['hidden = "../elsewhere"', 'misconceptions = "/tmp"', 'hidden = ""', "hidden = 1"])
def test_a_place_outside_the_folder_is_refused(course: Path, line: str) -> None:
    with pytest.raises(BadAssignmentError, match=line.partition(" ")[0]) as caught:
        mini_with(course, line)
    assert str(caught.value.where).endswith("assignment.toml:1")


def test_a_worker_gets_bytes_and_the_time_for_the_whole() -> None:
    told = Limits(memory_mb=2, total_seconds=10).for_worker("/scratch")
    assert told["memory_bytes"] == 2 << 20
    assert told["cpu_seconds"] > 10

"""The audit of a small course: green where the cases are good, and red by name where they are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch.audit import Audit, Check
from grader.course.course import find_course

MISCONCEPTION = """
from grader.judge import Misconception
def {name}(x, y): return {body}
MISCONCEPTIONS = (Misconception("{name}", "mse", "a hint", "힌트", "seen", {name}),)
"""


def audit(course: Path, corpus: Path | None = None) -> dict[str, Check]:
    checks = Audit(find_course(course).assignment("mini"), seeds=3, jobs=2, corpus=corpus).checks()
    return {check.name: check for check in checks}


@pytest.fixture
def course(new_course: Callable[..., Path]) -> Path:
    folder = new_course(
        reference="def mse(x, y):\n    return ((x - y) ** 2).mean()\n\n\ndef double(x):\n    return 2 * x\n"
    )
    home = folder / "assignments" / "mini"
    (home / "misconceptions.py").write_text(
        MISCONCEPTION.format(name="halved", body="((x - y) ** 2).mean() / 2"), "utf-8"
    )
    alternative = folder / "corpus" / "alternative-sum"
    alternative.mkdir(parents=True)
    (alternative / "mini.py").write_text(
        "def mse(x, y): return ((x - y) ** 2).sum() / x.size\ndef double(x): return x + x\n", "utf-8"
    )
    return folder


def test_good_cases_are_proved(course: Path) -> None:
    checks = audit(course, course / "corpus")
    assert {name: check.failures for name, check in checks.items() if not check.ok} == {}
    assert {name: (check.tried, check.held) for name, check in checks.items() if name != "mutants"} == {
        "reference": (3, 3),
        "stub": (4, 4),
        "misconceptions": (1, 1),
        "alternatives": (1, 1),
    }
    assert checks["mutants"].tried == checks["mutants"].held > 10


def test_an_alternative_that_loses_points_is_named(course: Path) -> None:
    wrong = course / "corpus" / "alternative-wrong"
    wrong.mkdir()
    (wrong / "mini.py").write_text("def mse(x, y): return 1.0\ndef double(x): return 2 * x\n", "utf-8")
    check = audit(course, course / "corpus")["alternatives"]
    assert (check.tried, check.held) == (2, 1)
    assert all(failure.startswith("alternative-wrong: ") for failure in check.failures)


def test_a_misconception_that_no_case_fails_is_named(course: Path) -> None:
    file = course / "assignments" / "mini" / "misconceptions.py"
    file.write_text(MISCONCEPTION.format(name="right", body="((y - x) ** 2).mean()"), "utf-8")
    assert audit(course)["misconceptions"].failures == ("right: loses no point",)


def test_a_mutant_that_survives_is_named_with_its_line(course: Path) -> None:
    cases = course / "assignments" / "mini" / "test_public.py"
    cases.write_text(
        cases.read_text("utf-8").replace("close(student.double(x), reference.double(x))", "student.double(x)"), "utf-8"
    )
    check = audit(course)["mutants"]
    assert "mini.py:6: double: 2 → 3" in check.failures


def test_an_equivalent_mutant_is_excused_and_a_stale_excuse_is_named(course: Path) -> None:
    cases = course / "assignments" / "mini" / "test_public.py"
    cases.write_text(
        cases.read_text("utf-8").replace("close(student.double(x), reference.double(x))", "student.double(x)"), "utf-8"
    )
    listed = course / "assignments" / "mini" / "equivalent.toml"
    listed.write_text(
        '[equivalent]\n"not compared" = ["double: 2 → 3"]\n"stale" = ["mse: ** → no such thing"]\n', "utf-8"
    )
    check = audit(course)["mutants"]
    assert "mini.py:6: double: 2 → 3" not in check.failures
    assert check.remark == "1 equivalent"
    assert "mse: ** → no such thing: listed as equivalent, but is none" in check.failures


def test_a_stub_that_earns_something_is_named(course: Path) -> None:
    stub = course / "assignments" / "mini" / "mini.py"
    stub.write_text(
        stub.read_text("utf-8").replace('    """Twice x."""\n    raise NotImplementedError', "    return 2 * x"),
        "utf-8",
    )
    check = audit(course)["stub"]
    assert check.failures == ("test_public.py::test_double: passed",)

"""The audit of a small course: green where the cases are good, and red by name where they are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.audit import Audit
from grader.authoring.lines import AuditLine
from grader.course.course import find_course
from tests.courses import HIDDEN

MISCONCEPTION = """
from grader import Misconception
def {name}(x, y): return {body}
MISCONCEPTIONS = (Misconception("{name}", "mse", "a hint", "힌트", "seen", {name}),)
"""


def audit(
    course: Path, corpus: Path | None = None, seeds: int = 1, most_mutants: int | None = None
) -> dict[str, AuditLine]:
    assignment = find_course(course).assignment("mini")
    lines = Audit(assignment, seeds=seeds, jobs=1, corpus=corpus, most_mutants=most_mutants).lines()
    return {line.name: line for line in lines}


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
    checks = audit(course, course / "corpus", seeds=3)
    assert {name: check.failures for name, check in checks.items() if not check.ok} == {}
    counts = {name: (check.tried, check.held) for name, check in checks.items()}
    assert counts.pop("mutants")[0] == checks["mutants"].held > 10
    assert counts.pop("smallest mistakes")[0] == checks["mutants"].held + 1
    assert counts == {
        "handouts": (0, 0),
        "reference": (3, 3),
        "two threads": (2, 2),
        "stub": (4, 4),
        "liar": (4, 4),
        "misconceptions": (1, 1),
        "alternatives": (2, 2),
        "honest errors": (4, 4),
    }
    margin = checks["honest errors"].as_json()["cases"]["test_public.py::test_mse"]
    assert margin["where"] == "test_public.py:6"
    assert 0 <= margin["honest"] < 1e-6  # the last bits of a sum in another order


@pytest.mark.slow
def test_some_of_the_mutants_come_from_all_parts_of_the_reference(course: Path) -> None:
    whole, some = audit(course)["mutants"], audit(course, most_mutants=4)["mutants"]
    assert (some.ok, some.tried) == (True, some.held)
    assert 2 <= some.tried <= 4 < whole.tried
    assert str(whole.tried) in some.remark
    (course / "assignments" / "mini" / "equivalent.toml").write_text(
        '[equivalent]\n"gone" = ["mse: no such"]\n', "utf-8"
    )
    assert [
        failure.partition(" is listed")[0][-12:] for failure in audit(course, most_mutants=4)["mutants"].failures
    ] == ["mse: no such"]


ASKING = """

@case("double", points=1, concept="questions")
def test_{at}(student, rng):
    \"\"\"Is the answer right?\"\"\"
    answer = student.live.double(rng.uniform(1, 2, size=4))
    close({question}, True)
"""
ASKED = ["read((answer > 1).all())", "read(answer.min() > 1)", "read(answer.std() > 0)", "read(answer.size >= 4)"]
READ = ["bool(read(answer).min() > 1)", "bool(read(answer).std() > 0)", "bool((read(answer) * 2 > 1).all())"]


def test_a_case_that_asks_the_defendant_is_named_with_its_line(course: Path) -> None:
    """One that reads and decides is not."""
    home = course / "assignments" / "mini"
    cases = [ASKING.format(at=at, question=question) for at, question in enumerate([*ASKED, *READ])]
    text = HIDDEN.replace("case, close", "case, close, read") + "".join(cases)
    (home / "test_hidden.py").write_text(text, "utf-8")
    manifest = (home / "assignment.toml").read_text("utf-8")
    (home / "assignment.toml").write_text(manifest.replace("points = 2", f"points = {2 + len(cases)}"), "utf-8")
    liar = audit(course)["liar"]
    lines = [line for line, written in enumerate(text.splitlines(), 1) if written.startswith("def test_")][1:]
    assert [failure.partition(" passes ")[0] for failure in liar.failures] == [
        f"test_hidden.py:{line}: test_{at}" for at, line in enumerate(lines[: len(ASKED)])
    ]


@pytest.mark.slow
def test_what_hangs_on_the_number_of_threads_is_named(new_course: Callable[..., Path]) -> None:
    """The judge has two threads there and the answer one, or the check would see nothing here."""
    source = "import os\ndef double(x): return 2 * x\ndef mse(x, y):\n    return ((x - y) ** 2).mean()"
    course = new_course(reference=f"{source} * (2 if os.environ['OMP_NUM_THREADS'] == '2' else 1)\n")
    checks = audit(course, seeds=2)
    assert checks["reference"].ok
    assert checks["two threads"].held == 0
    assert {text.partition(":")[0] for text in checks["two threads"].failures} == {"seed 0", "seed 1"}


@pytest.mark.slow
def test_an_alternative_that_loses_points_is_named(course: Path) -> None:
    wrong = course / "corpus" / "alternative-wrong"
    wrong.mkdir()
    (wrong / "mini.py").write_text("def mse(x, y): return 1.0\ndef double(x): return 2 * x\n", "utf-8")
    check = audit(course, course / "corpus", seeds=2)["alternatives"]
    assert (check.tried, check.held) == (4, 2)
    assert all(failure.startswith("alternative-wrong, seed ") for failure in check.failures)


def test_a_misconception_that_no_case_fails_is_named(course: Path) -> None:
    file = course / "assignments" / "mini" / "misconceptions.py"
    file.write_text(MISCONCEPTION.format(name="right", body="((y - x) ** 2).mean()"), "utf-8")
    (said,) = audit(course)["misconceptions"].failures
    assert said.startswith(f"{file}:4: right loses no point")


def test_a_mutant_that_survives_is_named_with_its_line(d2d: Any, course: Path) -> None:
    cases = course / "assignments" / "mini" / "test_public.py"
    cases.write_text(
        cases.read_text("utf-8").replace("close(student.double(x), reference.double(x))", "student.double(x)"), "utf-8"
    )
    file = course / "audit.json"
    done = d2d("audit", "mini", "--seeds", "1", "--jobs", "1", "--json", file, "--lang", "ko")
    assert done.returncode == 1
    found = {check["name"]: check for check in json.loads(file.read_text("utf-8"))["checks"]}
    assert "mini.py:6: double: 2 → 3" in found["mutants"]["failures"]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["시도", "통과"]
    assert ["✓", "모범", "답안", "1", "1"] in lines
    assert next(line for line in lines if "돌연변이" in line)[0] == "✗"


@pytest.mark.slow
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
    (said,) = (text for text in check.failures if "no such thing" in text)
    assert said.startswith(f"{listed}:3: ")


@pytest.mark.slow
def test_a_stub_that_earns_something_is_named(course: Path) -> None:
    stub = course / "assignments" / "mini" / "mini.py"
    stub.write_text(
        stub.read_text("utf-8").replace('    """Twice x."""\n    raise NotImplementedError', "    return 2 * x"),
        "utf-8",
    )
    check = audit(course)["stub"]
    assert check.failures == ("test_public.py::test_double: passed",)

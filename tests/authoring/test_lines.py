"""One line of an audit, and the margin that tolerances keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.authoring.audit import Audit
from grader.authoring.lines import TITLES, AuditLine
from grader.course.course import find_course


def audit(course: Path) -> dict[str, AuditLine]:
    lines = Audit(find_course(course).assignment("mini"), seeds=3, jobs=1, corpus=course / "corpus").lines()
    return {line.name: line for line in lines}


NARROW = """
from grader import case, close


@case("mse", points=3, concept="value")
def test_mse(student, reference, rng):
    x, y = rng.uniform(1, 2, size=(2, 4, 3))
    close(student.mse(x, y), reference.mse(x, y), rtol={rtol})


@case("double", points=2, concept="dtype")
def test_double(student, reference, rng):
    x = rng.normal(size=(4, 3))
    close(student.double(x), reference.double(x))
"""


@pytest.mark.slow
def test_tolerances_without_a_margin_are_named(new_course: Callable[..., Path]) -> None:
    """Too narrow for an honest float32 (about 6e-8 off), then too wide for the smallest mistake."""
    single = "import numpy as np\ndef mse(x, y): return float((np.float32(x - y) ** 2).mean())\n"
    none = {"test_hidden": "from grader import case\n"}
    course = new_course(test_public=NARROW.format(rtol="3e-7"), **none)
    folder = course / "corpus" / "alternative-rounded"
    folder.mkdir(parents=True)
    (folder / "mini.py").write_text(single + "def double(x): return x + x\n", "utf-8")
    lines = audit(course)
    (failure,) = lines["honest errors"].failures
    assert failure.startswith("test_public.py:6: test_mse: alternative-rounded, seed ")
    assert any("cases are about dtypes" in text for text in lines["alternatives"].failures)
    (course / "assignments" / "mini" / "test_public.py").write_text(NARROW.format(rtol="0.2"), "utf-8")
    folder.rename(folder.with_name("alternative-single"))
    lines = audit(course)
    assert lines["alternatives"].ok
    assert lines["honest errors"].ok
    assert any(
        "mini.py:6: mse: " in text and "test_public.py:6 test_mse" in text
        for text in lines["smallest mistakes"].failures
    )


def test_a_line_fails_by_its_failures() -> None:
    line = AuditLine("stub", 4, 3, ("test_a failed",))
    assert not line.ok
    assert line.as_json() == {
        "name": "stub", "ok": False, "tried": 4, "held": 3, "remark": "", "failures": ["test_a failed"],
    }  # fmt: skip


def test_every_line_has_a_title() -> None:
    assert all(AuditLine(name, 1, 1).title for name in TITLES)

"""A course with one small assignment, made of strings that a test may replace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

ROOT = Path(__file__).resolve().parent.parent

MANIFEST = """
id = "mini"
version = "1.0.0"
stub = "mini.py"
[title]
ko = "작은 과제"
en = "Mini"
[worker]
imports = ["numpy"]
[limits]
case_seconds = 10
load_seconds = 20
[sections.mse]
asks = ["mse"]
points = 3
[sections.double]
asks = ["double"]
points = 2
"""
STUB = '''
import numpy as np


def mse(x, y):
    """The mean of the squared errors."""
    raise NotImplementedError


def double(x):
    """Twice x."""
    raise NotImplementedError
'''
RIGHT = """
import numpy as np


def mse(x, y):
    return np.mean((x - y) ** 2)


def double(x):
    return 2 * x
"""
HALF = RIGHT.replace("return 2 * x", "return x")
PUBLIC = '''
from grader import case, close


@case("mse", points=1, concept="value")
def test_mse(student, reference, rng):
    """mse has the right value."""
    x, y = rng.normal(size=(2, 4, 3))
    close(student.mse(x, y), reference.mse(x, y))


@case("mse", points=1, concept="batch-of-one", needs="test_mse")
def test_one_row(student, reference, rng):
    """mse of a batch of one."""
    x, y = rng.normal(size=(2, 1, 3))
    close(student.mse(x, y), reference.mse(x, y))


@case("double", points=2, concept="value")
def test_double(student, reference, rng):
    """double gives twice its input."""
    x = rng.normal(size=(4, 3))
    close(student.double(x), reference.double(x))
'''
HIDDEN = '''
from grader import case, close


@case("mse", points=1, concept="mean-over-all")
def test_wide(student, reference, rng):
    """mse of wide rows."""
    x, y = rng.normal(size=(2, 2, 9))
    close(student.mse(x, y), reference.mse(x, y))
'''


def few_by_default(ids: Iterable[str], *default: str) -> list[ParameterSet]:
    """Parameters of a test: those named here by default, the others in the slow suite."""
    return [pytest.param(id_, marks=() if id_ in default else pytest.mark.slow) for id_ in ids]


def make_course(folder: Path, **files: str) -> Path:
    """A course with one small assignment, whose files may be replaced by name (`test_public="…"`)."""
    home = folder / "assignments" / "mini"
    home.mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "d2d.toml").write_text('name = "Mini course"\n', "utf-8")
    (home / "assignment.toml").write_text(files.get("manifest", MANIFEST), "utf-8")
    (home / "mini.py").write_text(files.get("stub", STUB), "utf-8")
    (home / "test_public.py").write_text(files.get("test_public", PUBLIC), "utf-8")
    (home / "test_hidden.py").write_text(files.get("test_hidden", HIDDEN), "utf-8")
    (folder / "reference" / "mini.py").write_text(files.get("reference", RIGHT), "utf-8")
    return folder


def more_of_the_same(values: Iterable[Any]) -> list[ParameterSet]:
    """Further parameters of a test, for the slow suite alone."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]

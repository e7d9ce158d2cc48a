"""Mutants: small, all different from the original, all Python, and named by what they change."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

import pytest

from grader.authoring.mutants import mutants

SOURCE = '''
import numpy as np


def loss(x, y, scale=2.0):
    """The docstring stays."""
    if x.shape != y.shape:
        raise ValueError("this text stays too" + "!")
    total = np.sum(np.abs(x - y), axis=-1)
    total *= scale
    return total if scale > 0 else -total
'''


def names() -> set[str]:
    return {mutant.name for mutant in mutants(SOURCE)}


@pytest.mark.parametrize(
    "change",
    [
        "x - y → x + y",
        "x - y → x",
        "x - y → y",
        "np.sum(np.abs(x - y), axis=-1) → np.sum(np.abs(x - y))",
        "np.sum → np.mean",
        "np.abs(x - y) → x - y",
        "-1 → 1",
        "2.0 → 3.0",
        "2.0 → 4.0",
        "x.shape != y.shape → x.shape == y.shape",
        "total *= scale → pass",
        "total *= scale → total /= scale",
        "scale > 0 → scale >= 0",
        "-total → total",
    ],
)
def test_each_kind_of_change_is_made(change: str) -> None:
    assert f"loss: {change}" in names()


def test_docstrings_and_messages_are_left_alone() -> None:
    for mutant in mutants(SOURCE):
        assert "The docstring stays." in mutant.source
        assert "'this text stays too' + '!'" in mutant.source


def test_names_are_unique_and_sources_differ_from_the_original_and_run() -> None:
    made = mutants(SOURCE)
    assert len({mutant.name for mutant in made}) == len(made)
    original = ast.unparse(ast.parse(SOURCE))
    for mutant in made:
        assert mutant.source != original
        compile(mutant.source, "mutant", "exec")


def test_the_original_is_put_back_between_mutants() -> None:
    """Each mutant differs from the original in one place, never in those of the mutants before it."""
    original = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in mutants(SOURCE):
        changes = difflib.SequenceMatcher(None, original, mutant.source.splitlines(), autojunk=False).get_opcodes()
        assert len([kind for kind, *_lines in changes if kind != "equal"]) == 1, mutant.name


@pytest.mark.slow
def test_every_reference_has_more_than_enough(request: pytest.FixtureRequest) -> None:
    for file in (Path(request.config.rootpath) / "reference").glob("hw*.py"):
        assert len(mutants(file.read_text("utf-8"))) >= 150, file

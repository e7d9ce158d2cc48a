"""Slips: a statement or a function as people get it wrong as a whole, in the library that the reference uses."""

from __future__ import annotations

import ast

import pytest

from grader.authoring.mutants import mutants

SLIPS = '''
import {library}


class Layer:
    def __init__(self, rate: float = 0.5) -> None:
        self.kept = []
        self.rate = rate

    def walk(self, x: "Tensor", *, mode: str = "mean") -> "Tensor":
        """The docstring stays."""
        x = x.copy()
        with quiet():
            x[0] = 0
        for row in x:
            x = x + row
        return x * self.rate
'''


@pytest.mark.parametrize(
    "change",
    [
        "__init__(rate=…) → ignored",
        "walk(mode=…) → ignored",
        "walk(x) → two dimensions only",
        "walk(x) → never one row",
        "walk(x) → never one column",
        "self.kept = [] → shared",
        "self.rate = rate → nothing",
        "x[0] = 0 → nothing",
        "x = x + row → nothing",
        "x.copy() → no copy",
        "with quiet() → nothing",
        "for row in x → one round",
        "return x * self.rate → np.float32(x)",
        "return x * self.rate → np.squeeze(x)",
    ],
)
def test_each_kind_of_slip_is_made(change: str) -> None:
    made = {mutant.name: mutant.source for mutant in mutants(SLIPS.format(library="numpy as np"))}
    ast.parse(made[f"Layer: {change}"])
    assert "The docstring stays." in made[f"Layer: {change}"]


def test_answers_are_those_of_the_library_in_use() -> None:
    made = {mutant.name for mutant in mutants(SLIPS.format(library="torch"))}
    assert {"Layer: return x * self.rate → x.detach()", "Layer: return x * self.rate → x.double()"} <= made
    assert not any("np." in name for name in made)
    assert not any("np." in mutant.name for mutant in mutants(SLIPS.format(library="math")))

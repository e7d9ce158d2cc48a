"""The statements of a submission: what each makes, reads and changes."""

from __future__ import annotations

import ast

import pytest

from grader.worker.program import Program, lacks_maker, program_of

SETUP = "import numpy as np\nimport numpy.linalg as la\nclass Value: pass\ndef own(x): return x\ntable = [1]\n"


def program(*cells: str) -> Program:
    return program_of([ast.parse(cell).body for cell in cells])


@pytest.mark.parametrize(
    ("statement", "touched"),
    [
        ("table.append(1)", {"table"}),
        ("x = table.copy()", set()),
        ("Value.double = own", {"Value"}),
        ("setattr(Value, 'double', own)", {"Value"}),
        ("x = Value()", set()),
        ("own(table)", set()),
        ("print(table)", set()),
        ("np.random.seed(0)", {"np"}),
        ("x = np.exp(table)", set()),
        ("np.pi = 3", {"np"}),
        ("def f(): table.append(1)", set()),
    ],
)
def test_what_a_statement_changes(statement: str, touched: set[str]) -> None:
    names = {name for name in program(SETUP, statement).statements[-1].touches if not name.startswith("<")}
    assert names == touched


def test_what_it_changes_once_it_is_called() -> None:
    made = program(SETUP, "def f():\n    global eps\n    eps = 1\n    table.append(2)")
    assert made.statements[-1].touches_later == {"eps", "table"}
    assert made.later_touchers["eps"] == [made.statements[-1]]


def test_names_that_share_an_object() -> None:
    made = program(SETUP, "a = b = table", "for row in table: pass", "n = len(table)", "k = 3\nm = k")
    assert made.shared["table"] >= {"a", "b", "row"}
    assert "m" not in made.shared["k"], "a number can't be changed"
    assert set(made.alike("np")) == {"np", "la"}


def test_a_statement_that_did_not_parse_keeps_its_place() -> None:
    [statement] = program_of([[None, *ast.parse("x = 1").body]]).statements
    assert statement.step == (0, 1)


def test_names_that_nothing_makes() -> None:
    made = program(SETUP, "from math import *")
    assert made.star
    assert lacks_maker(made, ["eps"])
    assert not lacks_maker(made, ["np", "print", "<files>"])

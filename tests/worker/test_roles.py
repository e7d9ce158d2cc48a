"""Each top-level statement is an import, a definition, a constant, a patch, or exploration."""

from __future__ import annotations

import ast

import pytest

from grader.worker.roles import Program, program_of

SETUP = "import numpy as np\nclass Value: pass\ndef own(x): return x\nmade = Value()\n"


def program(*cells: str, asked: tuple[str, ...] = ()) -> Program:
    return program_of([ast.parse(cell).body for cell in cells], asked)


def role_of(statement: str, setup: str = SETUP, asked: tuple[str, ...] = ()) -> str:
    return program(setup, statement, asked=asked).statements[-1].role


@pytest.mark.parametrize(
    ("statement", "role"),
    [
        ("import os", "import"),
        ("from math import *", "import"),
        ("def f(): own(1)", "definition"),
        ("async def f(): pass", "definition"),
        ("class A(Value): pass", "definition"),
        ("f = lambda x: own(x)", "definition"),
        ("own = np.vectorize(own)", "definition"),
        ("EPS: float = 1e-7", "constant"),
        ("a, (b, *c) = 1, (2, 3)", "constant"),
        ("K = Value()", "constant"),
        ("Value.double = own", "patch"),
        ("setattr(Value, 'double', own)", "patch"),
        ("np.pi = 3", "exploration"),
        ("x: int", "exploration"),
        ("own(1)", "exploration"),
        ("K = own(1)", "exploration"),
        ("K = input()", "exploration"),
        ("K = made.fit()", "exploration"),
        ("for i in range(3): pass", "exploration"),
        ("if True:\n    K = 1", "constant"),
        ("if True:\n    own(1)", "exploration"),
        ("if __name__ == '__main__':\n    K = 1", "exploration"),
        ("try:\n    import torch\nexcept ImportError:\n    print('no torch')", "definition"),
        ("try:\n    print('torch')\nexcept ImportError:\n    pass", "exploration"),
        ("with np.errstate():\n    K = 1", "constant"),
    ],
)
def test_the_role_of_a_statement(statement: str, role: str) -> None:
    assert role_of(statement) == role


def test_an_asked_for_function_may_come_from_a_call_of_another() -> None:
    assert role_of("g = own(own)", asked=("g",)) == "definition"
    assert role_of("own = own(1)", asked=("own",)) == "exploration"


def test_a_function_that_makes_functions_makes_definitions() -> None:
    maker = "def maker(f):\n    def inner(x): return f(x)\n    return inner\n"
    assert role_of("g = maker(abs)", maker) == "constant"
    assert role_of("g = maker(abs)", maker + "def maker(f): return f(1)\n") == "exploration"


def test_what_needs_something_unmade_is_exploration_too() -> None:
    made = program("N = input()", "M = N", "K = M", "def f(): return K")
    assert [statement.role for statement in made.statements] == [*["exploration"] * 3, "definition"]
    assert made.made_by_exploration("K")
    assert not made.made_by_exploration("f")
    assert not program("from m import *", "N = input()").made_by_exploration("N")


def test_a_statement_that_did_not_parse_keeps_its_place() -> None:
    [statement] = program_of([[None, *ast.parse("x = 1").body]], ()).statements
    assert (statement.step, statement.role) == ((0, 1), "constant")

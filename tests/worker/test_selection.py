"""Which statements define something, in which order they run, and what is said of names."""

from __future__ import annotations

import ast
import sys

import pytest

from grader.worker.selection import Remark, select
from tests.cost import turns


def chosen(*cells: str, asked: tuple[str, ...] = ()) -> list[str]:
    """The first lines of the statements that run, in order."""
    trees = [ast.parse(cell).body for cell in cells]
    steps = select(trees, asked).steps
    return [ast.unparse(trees[cell][index]).split("\n")[0] for cell, index in steps]


def remarks(*cells: str, asked: tuple[str, ...] = ()) -> list[Remark]:
    return list(select([ast.parse(cell).body for cell in cells], asked).remarks)


@pytest.mark.parametrize(
    "value",
    [
        "1", "-1e-7", "'a' 'b'", "[0] * 10", "np.pi", "np.array([1, 2])", "np.random.default_rng(0)", "float('inf')",
        "{'a': np.float32(1)}", "'a b'.split()", "torch.device('cuda' if torch.cuda.is_available() else 'cpu')",
        "Config(lr=0.1)", "[i for i in range(3)]", "np.arange(6).reshape(2, 3)", "partial(used, 3)", "f'{np.pi}'",
        "OTHER.T", "OTHER.reshape(2)", "np.vectorize(lambda v: used(v))", "(1, *OTHER)", "used",
    ],
)  # fmt: skip
def test_constants_run_where_they_are_needed(value: str) -> None:
    setup = "import numpy as np\nimport torch\nfrom functools import partial\nOTHER = np.eye(2)\nclass Config: pass\n"
    statement = f"K = {value}"
    asking = chosen(setup, statement, "def used(x=1): return x", "def f(): return K")
    assert ast.unparse(ast.parse(statement)) in asking
    assert not any(line.startswith("K =") for line in chosen(setup, statement, "def used(): return 1"))


@pytest.mark.parametrize(
    "value",
    [
        "input()", "np.loadtxt('x')", "pd.read_csv('x')", "own(3)", "[own(i) for i in range(3)]", "model.fit(3)",
        "plt.subplots()", "open('x').read()", "(y := 3)", "requests.get('x')", "own(1).T", "eval('1')", "(own)(1)",
        "Config().train()", "OTHER(2)", "torch.load('x')", "own(3) + 1", "np.array([own(1)])", "model.weight.step()",
    ],
)  # fmt: skip
def test_exploration_does_not_run_and_is_named_where_it_is_needed(value: str) -> None:
    setup = (
        "import numpy as np, torch, pandas as pd, requests\nimport matplotlib.pyplot as plt\nOTHER = np.eye(2)\n"
        "class Config: pass\nmodel = Config()\n"
    )
    cells = (setup, f"K = {value}", "def own(x): return x", "def f(): return K")
    assert not any(line.startswith("K =") for line in chosen(*cells))
    assert remarks(*cells) == [Remark("only-exploration", "K", (3, 1), ((1, 1),))]


def test_what_hangs_on_exploration_is_exploration() -> None:
    cells = ("data = open('x').read()", "N = len(data)\nM = N + 1", "def f(): return M")
    assert chosen(*cells) == ["def f():"]
    assert remarks(*cells) == [Remark("only-exploration", "M", (2, 1), ((1, 2),))]


@pytest.mark.parametrize(
    "statement",
    [
        "for i in range(3): K = i", "while True: K = 1", "with open('x') as K: pass", "if input(): K = 1",
        "if __name__ == '__main__':\n    K = 1", "print(K := 3)", "try:\n    K = own()\nfinally:\n    pass",
        "match 3:\n    case K: pass", "import_it(); K, = own()",
        "def make():\n    global K\n    K = 3\nmake()\nK = own()",
    ],
)  # fmt: skip
def test_statements_that_never_run(statement: str) -> None:
    found = remarks("def own(): pass", statement, "def f(): return K", asked=("f",))
    assert [(each.kind, each.name) for each in found] == [("only-exploration", "K")]


def test_cells_out_of_order_wait_for_what_they_need() -> None:
    assert chosen("class B(A): x = R", "class A: pass", "R = S", "S = 1") == [
        "class A:",
        "S = 1",
        "R = S",
        "class B(A):",
    ]


def test_one_that_waited_does_not_win_over_a_later_one() -> None:
    assert chosen("class B(A): old = 1", "class B: new = 1", "class A: pass") == ["class B:", "class A:"]


def test_what_can_never_run_is_still_tried_so_that_its_error_is_seen() -> None:
    assert chosen("def f(x=data): pass", "data = open('x')") == ["def f(x=data):"]


def test_only_what_is_asked_for_gives_remarks() -> None:
    cells = ("data = input()", "def helper(): return data", "def f(): return 1", "def g(): return helper()")
    assert remarks(*cells, asked=("f",)) == []
    assert [each.name for each in remarks(*cells, asked=("g",))] == ["data"]
    assert [each.name for each in remarks(*cells)] == ["data"]


def test_a_number_put_in_a_functions_place_does_not_run() -> None:
    assert chosen("def mse(x): return x", "mse = mse(3)", asked=("mse",)) == ["def mse(x):"]


def test_what_is_asked_for_may_be_made_by_another_function() -> None:
    cells = ("def make(k): return lambda x: k * x", "double = make(2)\ntriple = make(3)")
    assert chosen(*cells, asked=("double",)) == ["def make(k):", "double = make(2)"]


MAKERS = {
    "a function": "def make(k):\n    def inner(x): return k * x\n    return inner",
    "a lambda": "def make(k): return lambda x: k * x",
    "a lambda with a name": "def make(k):\n    f = lambda x: k * x\n    return f",
    "a class": "def make(k):\n    class Made: pass\n    return Made",
    "one that is wrapped": "def make(k):\n    @wraps(k)\n    def inner(x): return x\n    return np.vectorize(inner)",
    "a partial one": "def make(k):\n    def inner(j, x): return j\n    return partial(inner, k)",
    "two": "def make(k):\n    def a(x): return x\n    def b(x): return x\n    return a, b",
    "one way or another": "def make(k):\n    if k:\n        return None\n    return lambda x: x",
}
TRAINERS = {
    "what came of calling": "def make(k):\n    def step(): return k\n    return step()",
    "what calls it": "def make(k):\n    def key(x): return x\n    return sorted(k, key=key)",
    "values by a lambda": "def make(k): return list(map(lambda x: x, k))",
    "another's lambda": "def make(k):\n    def inner(): return lambda: k\n    return k",
    "an object": "def make(k):\n    class Model: pass\n    return Model()",
    "nothing": "def make(k):\n    def inner(): pass",
    "one made before": "def other(): pass\ndef make(k): return other",
    "values, later on": "def make(k): return lambda: k\ndef make(k): return 3",
}


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_helper_made_by_a_call_runs_where_another_helper_needs_it(maker: str) -> None:
    cells = (
        maker,
        "double = make(2)\nunused = make(3)",
        "def helper(x): return double(x)",
        "def f(): return helper(1)",
    )
    ran = chosen(*cells, asked=("f",))
    assert "double = make(2)" in ran
    assert "unused = make(3)" not in ran
    assert remarks(*cells, asked=("f",)) == []


@pytest.mark.parametrize("maker", TRAINERS.values(), ids=TRAINERS)
def test_a_value_made_by_a_call_is_exploration(maker: str) -> None:
    cells = (maker, "double = make(2)", "def helper(x): return double(x)", "def f(): return helper(1)")
    assert "double = make(2)" not in chosen(*cells, asked=("f",))
    assert [(each.kind, each.name) for each in remarks(*cells, asked=("f",))] == [
        *([("redefined", "make")] if maker.count("def make") > 1 else []),
        ("only-exploration", "double"),
    ]


def test_a_method_made_by_the_submissions_own_function_is_given_to_its_class() -> None:
    unary = "def unary(f):\n    def method(self): return f(self.data)\n    return method"
    cells = (
        "import math\nclass Value: pass",
        unary,
        "Value.exp = unary(math.exp)\nsetattr(Value, 'log', unary(math.log))",
    )
    assert {"Value.exp = unary(math.exp)", "setattr(Value, 'log', unary(math.log))"} <= set(
        chosen(*cells, asked=("Value",))
    )
    assert "v.exp = unary(math.exp)" not in chosen(*cells, "v = Value()\nv.exp = unary(math.exp)", asked=("Value",))
    train = "def train(model): return 3"
    assert "Value.best = train(1)" not in chosen(*cells, train, "Value.best = train(1)", asked=("Value",))


def test_methods_given_later_belong_to_their_class() -> None:
    cells = ("class T: pass", "def relu(self): return N", "T.relu = relu", "N = input()")
    assert "T.relu = relu" in chosen(*cells)
    assert [each.name for each in remarks(*cells, asked=("T",))] == ["N"]


def test_registered_and_overloaded_functions_are_not_called_redefined() -> None:
    assert remarks("@f.register\ndef _(x: int): return 1", "@f.register\ndef _(x: str): return 2") == []
    assert remarks("@overload\ndef f(x: int): ...\n@overload\ndef f(x: str): ...\ndef f(x): return x") == []


def test_with_a_star_import_nothing_is_said_of_unknown_names() -> None:
    assert remarks("from math import *\ne = input()", "def f(): return e") == []


def test_what_did_not_parse_is_nothing() -> None:
    assert select([[None], [None, ast.parse("x = 1").body[0]]], ["x"]).steps == ((1, 1),)


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 90 + "1" + ")" * 90, "x = " + "+".join(["1"] * 900), "x = a" + ".b" * 900,
        "x = f" + "()" * 900, "def f():\n" + "".join(" " * d + "if x:\n" for d in range(1, 90)) + " " * 90 + "pass",
        "f = " + "lambda: " * 90 + "1", "def f(): return 1\n" * 2000, "".join(f"a{i} = a{i - 1}\n" for i in range(800)),
        "".join(f"class A{i}(A{i + 1}): pass\n" for i in range(300)),
    ],
    ids=lambda source: source[:12],
)  # fmt: skip
def test_deep_and_long_sources(source: str) -> None:
    tree = ast.parse(source).body
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200 if sys.gettrace() is None else before)
    try:
        cost = turns(lambda: select([tree, ast.parse("def g(): return x, a799").body]))
    finally:
        sys.setrecursionlimit(before)
    assert cost < 200_000_000

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
    "statement",
    [
        "K = input()", "K = own(3)", "for i in range(3): K = i", "while True: K = 1", "with open('x') as K: pass",
        "if input(): K = 1", "if own(1) == '__main__':\n    K = 1", "print(K := 3)", "K = 0; K += 1", "del K",
        "try:\n    K = own()\nfinally:\n    pass", "match 3:\n    case K: pass", "K, = own()", "K.eps = 3", "K[0] = 1",
        "K.fill()", "K.update(eps=1)", "x = K.pop()", "fill(K)", "x = fill(K)", "change()", "x = change()", "outer()",
        "view = K\nview[0] = 1", "for view in K: view[0] = 1", "np.copyto(K, 1)", "np.add(K, 1, out=K)", "next(K)",
        "setattr(K, 'eps', 1)", "globals()['K'] = 3", "globals().update(K=3)", "globals()[own(1)] = 3",
        "exec('K = 3')", "np.seterr(over='ignore')", "np.tanh = own", "import sys\nsys.setrecursionlimit(9999)",
        "[K.append(i) for i in range(3)]", "list(map(K.append, own(2)))",
    ],
)  # fmt: skip
def test_whatever_makes_or_changes_what_is_needed_runs(statement: str) -> None:
    setup = (
        "import numpy as np\ndef own(x): return x\ndef fill(t): t[0] = 1\n"
        "def change():\n    global K\n    K = 3\ndef outer(): change()"
    )
    ran = chosen(setup, "K = {}", statement, "def f(): return K, np", asked=("f",))
    assert set(map(ast.unparse, ast.parse(statement).body)) <= {
        ast.unparse(part) for part in ast.parse(statement).body if ast.unparse(part).split("\n")[0] in ran
    }


@pytest.mark.parametrize(
    "statement",
    [
        "f()", "print(f())", "x = f()", "assert f() == 1", "for i in range(9): f()", "while True: x = K", "input()",
        "plt.plot([K])", "np.testing.assert_allclose(f(), 1)", "np.allclose(f(), 1)", "x = np.sin(K)\nx += 1",
        "history = []\nfor i in range(9): history.append(f())", "data = open('x').read()", "model.train(f)",
        "lr = LR\nfor i in range(9): lr *= 0.9", "check(f)", "K.mean()", "print(K.copy())", "exit()",
    ],
)  # fmt: skip
def test_what_nothing_asked_for_depends_on_does_not_run(statement: str) -> None:
    setup = "import numpy as np\nimport matplotlib.pyplot as plt\nK = np.ones(3)\nLR = 1\ndef check(g): return g()"
    ran = chosen(setup, statement, "def f(): return K * LR", asked=("f",))
    assert not {ast.unparse(part).split("\n")[0] for part in ast.parse(statement).body} & set(ran)


def test_what_can_not_be_read_runs_while_a_name_is_missing() -> None:
    cells = ("make = str.upper", "exec(make('a = 1'))", "def f(): return b")
    assert "exec(make('a = 1'))" in chosen(*cells, asked=("f",))
    assert "exec(make('a = 1'))" not in chosen(*cells, "b = 1", asked=("f",))


def test_answers_that_count_their_calls_need_no_trials() -> None:
    cells = ("CALLS = 0", "def f():\n    global CALLS\n    CALLS += 1", "for i in range(10 ** 9): f()")
    assert chosen(*cells, asked=("f",)) == ["CALLS = 0", "def f():"]


def test_a_name_that_is_gone_at_the_end_is_remarked() -> None:
    cells = ("def helper(x): return x", "def f(x):\n    return helper(x)")
    assert remarks(*cells, "del helper", asked=("f",)) == [Remark("deleted", "helper", (1, 2), ((2, 1),))]
    assert remarks(*cells, "helper = helper(3)", asked=("f",)) == [Remark("overwritten", "helper", (1, 2), ((2, 1),))]


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
    assert chosen("def f(x=data): pass", "data = open('x')") == ["data = open('x')", "def f(x=data):"]


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


def test_methods_given_later_belong_to_their_class() -> None:
    cells = ("class T: pass", "def relu(self): return N", "T.relu = relu", "N = input()")
    assert {"T.relu = relu", "N = input()"} <= set(chosen(*cells, asked=("T",)))


def test_registered_and_overloaded_functions_are_not_called_redefined() -> None:
    assert remarks("@f.register\ndef _(x: int): return 1", "@f.register\ndef _(x: str): return 2") == []
    assert remarks("@overload\ndef f(x: int): ...\n@overload\ndef f(x: str): ...\ndef f(x): return x") == []


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

"""Which names a statement binds, which it needs at once, and which only later."""

from __future__ import annotations

import ast
import sys

import pytest

from grader.worker.scopes import children, names_of, own_nodes, walk


@pytest.mark.parametrize(
    "source",
    [
        "def f(K): return K", "def f():\n    K = 1\n    return K", "def f(): return [K for K in range(3)]",
        "def f():\n    for K in (1, 2): print(K)", "def f():\n    def g(): return K\n    K = 3\n    return g",
        "def f(): return lambda K: K", "class A:\n    K = 1\n    L = K", "def f():\n    import a.b as K\n    return K",
        "def f():\n    try: pass\n    except E as K: return K", "def f(*K, **L): return K, L",
        "def f():\n    with a() as (K, b): return K", "def f(x):\n    match x:\n        case {'a': K}: return K",
        "def f(): return (K := 3) + K", "def f():\n    del K", "def f(x) -> 'K': pass", "sum = 0",
    ],
)  # fmt: skip
def test_names_that_are_a_functions_own(source: str) -> None:
    needs = names_of(ast.parse(source).body[0]).needs
    assert "K" not in needs


@pytest.mark.parametrize(
    ("source", "now"),
    [
        ("def f(x=K): pass", True), ("@K\ndef f(): pass", True), ("class A(K): pass", True),
        ("def f() -> K: pass", True),
        ("class A:\n    x = K", True), ("class A:\n    def m(self): return K", False), ("K += 1", True),
        ("class A:\n    K = 1\n    def m(self): return K", False), ("f = lambda: K", False),
        ("f = lambda x=K: x", True),
        ("def f():\n    global K\n    K = 1\n    return K", False), ("x = [K for i in y]", True), ("x: K = 1", True),
        ("def f():\n    class B:\n        K = 1\n        def m(self): return K", False), ("x = [i for i in K]", True),
    ],
)  # fmt: skip
def test_names_that_are_needed_at_once_or_later(source: str, now: bool) -> None:
    if "->" in source and sys.version_info >= (3, 14):
        pytest.skip("annotations are evaluated when they are asked for")
    names = names_of(ast.parse(source).body[0])
    assert ("K" in names.now, "K" in names.needs) == (now, True)


def test_type_parameters_are_no_needs() -> None:
    if sys.version_info < (3, 12):
        pytest.skip("the syntax is that of 3.12")
    assert "T" not in names_of(ast.parse("def f[T](x: T) -> T: return x").body[0]).needs
    assert "T" not in names_of(ast.parse("class A[T]:\n    def m(self, x: T): return x").body[0]).needs


def test_the_children_of_a_node_are_remembered_and_hold_no_context() -> None:
    node = ast.parse("x = a + b").body[0]
    assert [type(child) for child in children(node)] == [ast.Name, ast.BinOp]
    assert children(node) is children(node)


def test_a_scopes_own_nodes_leave_out_the_scopes_in_it() -> None:
    tree = ast.parse("def f():\n    inner = 1\n[y := x for x in z]\n")
    stored = [
        node.id for node in own_nodes(tree.body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    assert stored == ["y"]


def test_a_walk_keeps_the_order_of_the_text_and_stays_out_of_what_is_closed() -> None:
    tree = ast.parse("a(b, lambda: c, d)")
    assert [node.id for node in walk(tree) if isinstance(node, ast.Name)] == ["a", "b", "c", "d"]
    assert [node.id for node in walk(tree, closed=ast.Lambda) if isinstance(node, ast.Name)] == ["a", "b", "d"]

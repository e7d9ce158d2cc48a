"""What one node of a tree does to what names stand for."""

from __future__ import annotations

import ast

import pytest

from grader.worker.deeds import (
    ANYTHING,
    DATA_FILES,
    LOOKUP,
    NAMESPACE,
    Deed,
    changes,
    code_in,
    deeds_of,
    shared_with,
    written_file,
)


def deeds(source: str) -> set[tuple[str, str]]:
    parts = [node for statement in ast.parse(source).body for node in ast.walk(statement)]
    return {(deed.name, deed.how) for node in parts for deed in deeds_of(node)}


@pytest.mark.parametrize(
    ("source", "deed"),
    [
        ("a.b[0].c = 1", ("a", "stored")),
        ("del a[0]", ("a", "stored")),
        ("a += 1", ("a", "stored")),
        ("a.b.c(1)", ("a", "told")),
        ("x = a.b(1)", ("a", "asked")),
        ("f(a)", ("a", "handed")),
        ("x = f(k=a)", ("a", "given")),
        ("x = f(out=a)", ("a", "stored")),
        ("next(a)", ("a", "stored")),
        ("f()", ("f", "called")),
        ("globals()['a'] = 1", ("a", "bound")),
        ("globals()[k] = 1", (NAMESPACE, "bound")),
        ("vars().update(a=1)", ("a", "bound")),
        ("globals().update(table)", (NAMESPACE, "bound")),
        ("sys.modules[__name__].a = 1", ("a", "bound")),
        ("setattr(sys.modules[__name__], 'a', 1)", ("a", "bound")),
        ("x = globals()['a']", ("a", "needed")),
        ("x = globals()[k]", (LOOKUP, "needed")),
        ("exec(text)", (ANYTHING, "bound")),
        ("open('a.txt', 'w')", (DATA_FILES, "stored")),
        ("x = np.load('a.npy')", (DATA_FILES, "needed")),
        ("open('a.py', 'w')", ("<a.py>", "stored")),
        ("import a.b", ("<a.py>", "needed")),
    ],
)
def test_a_deed(source: str, deed: tuple[str, str]) -> None:
    assert deed in deeds(source)


def test_reading_a_file_writes_none() -> None:
    assert (DATA_FILES, "stored") not in deeds("open('a.txt')\nopen('a.txt', mode='rb')")


@pytest.mark.parametrize(
    ("deed", "kind", "changed"),
    [
        (Deed("a", "asked", "a.pop"), "value", True),
        (Deed("a", "asked", "a.mean"), "value", False),
        (Deed("a", "told", "a.show"), "value", False),
        (Deed("np", "told", "np.random.seed"), "module", True),
        (Deed("np", "told", "np.allclose"), "module", False),
        (Deed("a", "handed", "np.copyto"), "value", True),
        (Deed("f", "handed", "np.copyto"), "function", False),
    ],
)
def test_what_changes_an_object(deed: Deed, kind: str, changed: bool) -> None:
    assert changes(deed, kind, changes_arguments=False, is_own=False) is changed


def test_what_a_value_may_share() -> None:
    assert set(shared_with(ast.parse("(a.b[0], c if d else e, f(g), np.sin(h))", mode="eval").body)) == {
        ("a", False), ("c", False), ("e", False), ("g", True), ("np", True),
    }  # fmt: skip


def test_the_code_of_texts() -> None:
    assert [ast.unparse(part) for part in code_in(ast.parse("exec('a = 1')", mode="eval").body)] == ["a = 1"]
    assert code_in(ast.parse("exec('a = ')", mode="eval").body) == []
    written = written_file(ast.parse("get_ipython().run_cell_magic('writefile', '-a b/c.py', 'x')").body[0])
    assert written is not None
    assert written[0] == "c"

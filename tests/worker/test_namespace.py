"""Cells loaded statement by statement: one slip costs what it stands in. What they raise is data, whatever it says."""

from typing import Any

import pytest

from grader.bridge.outcomes import RaisedError
from grader.worker.namespace import MAX_FRAMES, MAX_LINE, MAX_TEXT, exception_record, text_of, type_name

GOOD = "def good(x): return x + 1\n"
BROKEN = "def broken(x:\n    return x\n"


def lines(loaded):
    return [line for line, _error in loaded.problems]


def test_statements_after_one_that_raises_are_run(bridge):
    loaded = bridge("a = 1\n1 / 0\nb = 2\n")
    assert {"a", "b"} <= loaded.names()
    [(line, error)] = loaded.problems
    assert (line, error.type_name) == (2, "ZeroDivisionError")
    assert [(frame.cell, frame.line) for frame in error.frames] == [("kim.py[1]", 2)]


def test_cells_share_their_names(bridge):
    assert bridge("a = 1", "def f(): return a").student.f() == 1


def test_what_leaves_is_only_a_problem(bridge):
    loaded = bridge("import sys\nsys.exit(0)\n", "raise KeyboardInterrupt\n", GOOD)
    assert [error.type_name for _line, error in loaded.problems] == ["SystemExit", "KeyboardInterrupt"]
    assert loaded.student.good(1) == 2


@pytest.mark.parametrize(
    ("source", "slips"),
    [
        (BROKEN + GOOD, [1]),
        (GOOD + BROKEN, [2]),
        ("import math\n" + BROKEN + GOOD, [2]),
        (BROKEN + "EPS: float = 1\n" + "def good(x): return x + EPS\n", [1]),
        (BROKEN + "from math import pi\n" + "def good(x): return x + (pi > 3)\n", [1]),
        (BROKEN + "async def other(): pass\n" + GOOD, [1]),
        ("def broken(x):\nreturn x\n" + GOOD, [2]),
        ("def broken(x):\n    return (x +\n\n" + GOOD, [2]),
        ('def broken(x):\n    """never closed\n\n' + GOOD, [2]),
        ("def broken(x):\n\t  if x:\n  return x\n" + GOOD, [3]),
        ("class Broken\n    def f(self): pass\n" + GOOD, [1]),
        (BROKEN + GOOD + BROKEN.replace("broken", "worse"), [1, 4]),
        ("from functools import cache\n@cache\ndef one(x): return x\n" + GOOD + BROKEN, [5]),
        ("from functools import cache\n@cache\n" + BROKEN + GOOD, [3]),
        (BROKEN + "from functools import cache\n@cache\n@cache\n" + GOOD, [1]),
        (BROKEN + "from functools import lru_cache\n@lru_cache(\n    maxsize=1,\n)\n# why\n" + GOOD, [1]),
        ('TEXT = """\ndef not_a_function(x):\nimport nothing\n"""\n' + GOOD + BROKEN, [6]),
        (BROKEN + 'TEXT = """\ndef not_a_function(x):\na = 1\n"""\n' + GOOD, [1]),
        ('def good(x):\n    """Text\n\nclass of its own, with\na = b in it\n"""\n    return x + 1\n' + BROKEN, [8]),
        (BROKEN + "VALUES = [\n1,\n2,\n]\n" + "def good(x): return x + VALUES[0]\n", [1]),
        (BROKEN + "LAYER = dict(\na=1,\nb=2,\n)\n" + "def good(x): return x + LAYER['a']\n", [1]),
        (BROKEN + "try:\n    import math\nexcept ImportError:\n    math = None\n" + GOOD, [1]),
        (GOOD + "def after(): return 1\nreturn 3\n", [3]),
        (BROKEN + GOOD + "deep = " + "-" * 200_000 + "1\n", None),
    ],
)
def test_one_slip_costs_itself_only(bridge, source, slips):
    loaded = bridge(source)
    assert loaded.student.good(1) == 2
    assert "broken" not in loaded.names()
    assert "not_a_function" not in loaded.names()
    if slips is not None:
        assert lines(loaded) == slips
        assert all("SyntaxError" in error.bases for _line, error in loaded.problems)


def test_a_slip_says_where_it_is(bridge):
    [(line, error)] = bridge(GOOD + "\n" + BROKEN).problems
    assert line == 3
    assert [(frame.cell, frame.line) for frame in error.frames] == [("kim.py[1]", 3)]
    assert "never closed" in error.text or "invalid syntax" in error.text


def test_lines_after_a_slip_are_the_files_own(bridge):
    loaded = bridge(BROKEN + "\n\n" + "def fails():\n    return 1 / 0\n")
    with pytest.raises(RaisedError) as caught:
        loaded.student.fails()
    assert [frame.line for frame in caught.value.frames] == [6]


@pytest.mark.parametrize("source", ["", "\n\n", "# only a comment\n", '"""only a docstring"""\n'])
def test_nothing_to_load(bridge, source):
    loaded = bridge(source)
    assert not loaded.problems
    assert not loaded.names()


@pytest.mark.parametrize(
    "source",
    [
        "\0",
        "def f(:\n",
        "(" * 5000,
        "-" * 200_000 + "1",
        "x = " + "[" * 5000 + "]" * 5000,
        "PK\x03\x04\x14\0",
        "\ufeff\ufeffx = 1",
        "from __future__ import braces\n",
        "from __future__ import nothing_of_the_kind\n",
        "@\n" * 2000,
        pytest.param("x = 1 +\n" * 2000, marks=pytest.mark.slow),
        "9" * 5000,
    ],
    ids=lambda source: source[:12],
)
def test_hostile_source_is_a_problem_and_no_more(bridge, source):
    assert bridge(source).problems


def test_future_imports_hold_for_what_follows(bridge):
    loaded = bridge(
        """
        from __future__ import annotations
        from dataclasses import dataclass, fields
        from typing import get_type_hints

        @dataclass
        class Node:
            value: float
            next: Node | None = None

        def kinds(): return [field.type for field in fields(Node)]
        def resolved(): return get_type_hints(Node)["value"] is float
        """,
        "def later(x: Unknown) -> Unknown: return x\n",
    )
    assert not loaded.problems
    assert loaded.student.kinds() == ["float", "Node | None"]
    assert loaded.student.resolved()
    assert loaded.student.Node(1.5).value == 1.5
    assert loaded.student.later(3) == 3


def test_what_stands_under_the_check_for_main_are_statements_of_their_own(bridge):
    loaded = bridge("if __name__ == '__main__':\n    1 / 0\n    A = 1\n\ndef f(): return A\n")
    assert [line for line, _error in loaded.problems] == [2]
    assert loaded.student.f() == 1


def test_a_cell_may_await(bridge):
    waiting = "import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 3\n"
    loaded = bridge(waiting, "A = await g()\ndef f(): return A")
    assert loaded.student.f() == 3


def test_where_names_are_defined(bridge):
    loaded = bridge("import math\ndef f(): pass\n", "class C:\n    x = 1\n    def g(self): pass\n\nN = 3\n")
    found = loaded.transport.request("where", ["f", "C", "N", "math", "absent"])
    assert found == {"f": ("kim.py[1]", 2), "C": ("kim.py[2]", 3), "N": None, "math": None, "absent": None}


def test_which_names_statements_make(bridge):
    source = "a = 1\n\ndef f(x:\n    return x\n\nimport numpy as np\nfor b in ():\n    c: int = 2\nd: int\ndel a"
    loaded = bridge(source, "g = f")
    steps = [("kim.py[1]", index, False) for index in range(6)] + [("kim.py[1]", 3, True), ("kim.py[1]", -1, False)]
    rows, made = loaded.transport.request("makes", steps, ["f", "a", "d", "g", "absent"])
    assert rows == [["a"], ["f"], ["np"], ["b", "c"], [], [], ["b", "c"], []]
    assert list(made) == ["f", "a", "g"]


def test_no_name_of_the_server_leaks_into_the_submission(bridge):
    loaded = bridge("import sys\ndef own(): return sorted(n for n in globals() if not n.startswith('__'))\n")
    assert loaded.student.own() == ["own", "sys"]


CELL = "kim.py[1]"


def record_of(source: str) -> dict[str, Any]:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 — any
        exec(compile(source, CELL, "exec"), {})
    return exception_record(caught.value, {CELL})


def test_the_builtin_classes_and_the_frames_of_the_cells_alone_are_named() -> None:
    record = record_of("class ValueError(KeyError): pass\ndef f():\n    raise ValueError('x')\nf()\n")
    assert (record["type"], record["text"]) == ("ValueError", "'x'")
    assert record["bases"] == ["KeyError", "LookupError", "Exception", "BaseException", "object"][:4]
    assert record["frames"] == [(CELL, 4, "<module>"), (CELL, 3, "f")]


def test_of_many_frames_the_innermost_are_kept() -> None:
    record = record_of("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(50)\n")
    assert record["frames"] == [(CELL, 2, "f")] * MAX_FRAMES


def test_a_syntax_error_points_at_its_line_within_bounds() -> None:
    error = SyntaxError("bad", (CELL, 10**12, 1, ""))
    record = exception_record(error, {CELL})
    assert (record["text"], record["frames"]) == ("bad", [(CELL, MAX_LINE, "<module>")])
    assert exception_record(SyntaxError("bad", ("other.py", 1, 1, "")), {CELL})["frames"] == []
    error.lineno = "1"  # type: ignore[assignment]
    assert exception_record(error, {CELL})["frames"] == []


def test_text_is_plain_and_short() -> None:
    class Loud(str):
        __slots__ = ()

        def __getitem__(self, _key: object) -> str:
            raise AssertionError("asked")

    class Leaves:
        def __str__(self) -> str:
            raise SystemExit

    assert text_of("x" * 10_000) == "x" * MAX_TEXT
    assert text_of(Loud("loud")) == "loud"
    assert text_of(Leaves()) == ""


def test_the_name_of_a_class_is_not_asked_of_its_metaclass() -> None:
    class Meta(type):
        __name__ = property(lambda cls: "int")  # type: ignore[assignment]

    assert type_name(Meta("Own", (), {})) == "Own"
    assert type_name(type("x" * 500, (), {})) == "x" * 100


def test_a_traceback_that_lies_is_not_followed() -> None:
    record = record_of("class E(Exception):\n    __traceback__ = property(lambda self: self)\nraise E\n")
    assert record["frames"] == [(CELL, 3, "<module>")]

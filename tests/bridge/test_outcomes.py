"""What the student's code raises, as data: names, text, and the student's own lines."""

import sys

import pytest

from grader import raises
from grader.bridge.outcomes import RaisedError
from grader.judge.verdict import CaseFailure

CODE = """\
def fail(kind, *arguments): raise kind(*arguments)
def outer(x):
    y = x + 1
    return inner(y)
def inner(x): return x / 0
def deep(n): return deep(n + 1)
def through_numpy():
    import numpy as np
    return np.linalg.inv(np.zeros((2, 2)))
def lib():
    return int("x")
class Own(ValueError): pass
class Fatal(BaseException): pass
class Silent(Exception):
    def __str__(self): raise KeyboardInterrupt
class Exits(Exception):
    def __str__(self): raise SystemExit(0)
class OddText(str):
    def __getitem__(self, key): return ["not", "text"]
class Odd(Exception):
    def __str__(self): return OddText("odd")
class Traceless(Exception):
    __traceback__ = property(lambda self: self)
    tb_next = property(lambda self: self)
class Meta(type):
    __name__ = property(lambda self: b"bytes")
class Renamed(ValueError, metaclass=Meta): pass
def shadow():
    class ValueError(Exception): pass
    raise ValueError("mine")
def chained():
    try: inner(1)
    except ZeroDivisionError as error: raise KeyError("k") from error
def missing(): raise NotImplementedError
def stop(): raise SystemExit(0)
def interrupt(): raise KeyboardInterrupt
def own(): raise Own("text")
def fatal(): raise Fatal("gone")
def silent(): raise Silent
def exits(): raise Exits
def odd(): raise Odd
def traceless(): raise Traceless
def renamed(): raise Renamed("r")
def long(): raise ValueError("x" * 10_000_000)
def surrogate(): raise ValueError("\\ud800")
def syntax(*arguments): raise SyntaxError(*arguments)
def leave(): exit_like = __import__("sys").exit; exit_like("bye")
def fine(): return 1
def impersonate():
    from grader.bridge.outcomes import RaisedError
    raise RaisedError("A", frozenset(), "t", ())
"""


@pytest.fixture
def student(bridge):
    return bridge(CODE).student


def raised(function, *arguments):
    with pytest.raises(RaisedError) as caught:
        function(*arguments)
    return caught.value


@pytest.mark.parametrize(
    ("name", "type_name", "base", "text"),
    [
        ("own", "Own", "ValueError", "text"),
        ("fatal", "Fatal", "BaseException", "gone"),
        ("stop", "SystemExit", "SystemExit", "0"),
        ("leave", "SystemExit", "SystemExit", "bye"),
        ("interrupt", "KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("missing", "NotImplementedError", "NotImplementedError", ""),
        ("silent", "Silent", "Exception", ""),
        ("exits", "Exits", "Exception", ""),
        ("odd", "Odd", "Exception", "odd"),
        ("traceless", "Traceless", "Exception", ""),
        ("renamed", "Renamed", "ValueError", "r"),
        ("chained", "KeyError", "LookupError", "'k'"),
        ("through_numpy", "LinAlgError", "Exception", "Singular matrix"),
        ("long", "ValueError", "ValueError", "x" * 2000),
        ("surrogate", "ValueError", "ValueError", "?"),
        ("impersonate", "RaisedError", "Exception", "A: t"),
    ],
)
def test_exceptions_arrive_with_their_names_and_text(student, name, type_name, base, text):
    error = raised(getattr(student, name))
    assert error.type_name == type_name
    assert base in error.bases
    assert error.text == text
    assert student.fine() == 1


def test_frames_are_the_students_own_innermost_last(student):
    error = raised(student.outer, 1)
    assert [(frame.function, frame.line) for frame in error.frames] == [("outer", 4), ("inner", 5)]
    assert {frame.cell for frame in error.frames} == {"kim.py[1]"}
    assert [frame.function for frame in raised(student.through_numpy).frames] == ["through_numpy"]


def test_a_recursion_without_end(student):
    error = raised(student.deep, 0)
    assert "RecursionError" in error.bases
    assert 0 < len(error.frames) <= 20
    assert student.fine() == 1


def test_a_class_of_the_students_own_is_not_the_builtin_of_its_name(student):
    error = raised(student.shadow)
    assert error.type_name == "ValueError"
    assert "ValueError" not in error.bases
    with pytest.raises(CaseFailure), raises(ValueError):
        student.shadow()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("text",),
        ("text", ("kim.py[1]", 3, 1, "line")),
        ("text", ("kim.py[1]", -3, 1, "line")),
        ("text", ("kim.py[1]", 10**20, 1, "line")),
        ("text", (["list"], "x", None, None)),
    ],
)
def test_syntax_errors_with_any_content(student, arguments):
    assert "SyntaxError" in raised(student.syntax, *arguments).bases


@pytest.mark.skipif(sys.version_info < (3, 11), reason="no exception groups before Python 3.11")
def test_exception_groups(bridge):
    student = bridge("""
        def both(): raise ExceptionGroup("two", [ValueError(1), KeyError(2)])
    """).student
    error = raised(student.both)
    assert error.type_name == "ExceptionGroup"
    assert "ExceptionGroup" in error.bases
    assert "ValueError" not in error.bases
    assert error.text.startswith("two")


def test_properties_that_raise(bridge):
    student = bridge("""
        class Thing:
            @property
            def x(self): raise KeyError("x")
            def __len__(self): return -1
            def __iter__(self): raise RuntimeError("no")
            def __enter__(self): raise OSError("no")
            def __contains__(self, item): raise TypeError("no")
    """).student
    thing = student.Thing()
    assert raised(lambda: thing.x).type_name == "KeyError"
    assert raised(lambda: thing.y).type_name == "AttributeError"
    assert raised(len, thing).type_name == "ValueError"
    assert raised(list, thing).type_name == "RuntimeError"
    assert raised(thing.__enter__).type_name == "OSError"
    assert raised(lambda: 1 in thing).type_name == "TypeError"

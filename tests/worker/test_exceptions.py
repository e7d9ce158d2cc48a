"""An exception as data, whatever the student's class says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from grader.worker.exceptions import MAX_FRAMES, MAX_LINE, MAX_TEXT, exception_record, text_of, type_name

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

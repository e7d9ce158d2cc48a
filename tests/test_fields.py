"""Members of a mapping are taken one by one, and what is wrong is named with its path: in a TOML file with the line."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader.errors import BadAssignmentError, FileError
from grader.fields import NO_DEFAULT, Fields, FormError, as_text, load_table
from grader.report.report import Visibility


def test_what_is_right_is_read() -> None:
    fields = Fields({"a": "x", "b": 3.0, "c": "7/2", "d": ["y"], "e": None, "f": {"g": True}, "h": "public"}, "top")
    assert (fields.text("a"), fields.whole("b"), fields.points("c")) == ("x", 3, Fraction(7, 2))
    assert (fields.items("d", as_text, 5), fields.maybe("e", as_text)) == (("y",), None)
    assert fields.take("f", Fields).flag("g") is True
    assert fields.choice("h", Visibility) is Visibility.PUBLIC
    assert fields.whole("i", default=5) == 5
    fields.finish()


@pytest.mark.parametrize(
    ("value", "read", "says"),
    [
        (True, lambda fields: fields.whole("a"), "top.a: must be a whole number from 0"),
        (1.5, lambda fields: fields.whole("a"), "top.a: must be a whole number from 0"),
        (True, lambda fields: fields.points("a"), "top.a: must be a whole number from 0"),
        (True, lambda fields: fields.amount("a"), "top.a: must be a number from 0 on"),
        (float("nan"), lambda fields: fields.amount("a"), "top.a: must be a number from 0 on"),
        (1, lambda fields: fields.flag("a"), "top.a: must be true or false"),
        (1, lambda fields: fields.text("a"), "top.a: must be a string"),
        ([1], lambda fields: fields.items("a", as_text, 5), "top.a[0]: must be a string"),
        ([], lambda fields: fields.choice("a", Visibility), "top.a: must be one of public, hidden"),
        ("x", lambda fields: fields.one_of("a", ("y",)), "top.a: must be one of y"),
        ([], lambda fields: fields.take("a", Fields), "top.a: must be an object"),
        (1, lambda fields: fields.whole("b"), "top.b: is missing"),
        (1, lambda fields: fields.finish(), "top.a: is not known here"),
    ],
)
def test_what_is_wrong_is_named(value: Any, read: Callable[[Fields], Any], says: str) -> None:
    with pytest.raises(FormError) as caught:
        read(Fields({"a": value}, "top"))
    assert str(caught.value).startswith(says)


def test_a_mistake_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("# a comment\n[run]\nsteps = true\n", "utf-8")
    with pytest.raises(BadAssignmentError, match=r"run\.steps: must be a whole number") as caught:
        load_table(file).table("run").whole("steps")
    assert caught.value.where == f"{file}:3"


@pytest.mark.parametrize("asked", ["finish", "steps"])
def test_a_misspelled_key_is_met_with_what_was_meant(tmp_path: Path, asked: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text("stpes = 3\n", "utf-8")
    table = load_table(file)
    with pytest.raises(BadAssignmentError, match="stpes: is not known here") as caught:  # noqa: PT012 — two ways there
        table.whole("steps", default=3 if asked == "finish" else NO_DEFAULT)
        table.finish()
    assert (caught.value.where, caught.value.hint) == (f"{file}:1", "Did you mean steps?")


def test_what_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("a = ", "utf-8")
    with pytest.raises(BadAssignmentError, match="no TOML"):
        load_table(tmp_path / "a.toml")
    with pytest.raises(FileError, match="no such file"):
        load_table(tmp_path / "b.toml")

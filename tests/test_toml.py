"""Mistakes in a TOML file are named with the line, and with what was perhaps meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import BadAssignmentError, FileError
from grader.fields import NO_DEFAULT
from grader.toml import load_table


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

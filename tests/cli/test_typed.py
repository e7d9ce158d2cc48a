"""Paths of the command line: where they lead does not change with the current folder, and they read as typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.cli import typed
from grader.cli.options import FILE, FOLDER, OUTPUT
from grader.course.course import find_course
from grader.course.language import COURSE_VARIABLE
from tests.courses import HALF, RIGHT

if TYPE_CHECKING:
    from tests.commands import Command

LEAVING = "import os\nos.chdir('/')\n"  # what an author's file may do to the judge's own process


def test_a_path_is_absolute_and_reads_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "_TYPED", {})
    monkeypatch.chdir(tmp_path)
    out, same = FOLDER.convert("out", None, None), FILE.convert(str(tmp_path / "x"), None, None)
    monkeypatch.chdir("/")
    assert (out, same) == (tmp_path / "out", tmp_path / "x")
    assert OUTPUT.convert("-", None, None) == "-"
    assert typed.as_typed(out) == "out"
    assert typed.as_typed(f"{out}:3") == "out:3"
    assert typed.as_typed(out / "a.json") == "out/a.json"
    assert typed.as_typed(same) == str(same)


def test_a_course_is_the_same_however_it_is_named(d2d: Command, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    d2d.write(RIGHT)
    calls = [("--course", course), ("--course", course.name), ("--course", f"../{course.parent.name}/{course.name}")]
    done = [d2d("check", "mini", d2d.folder / "kim.py", *named, folder=course.parent) for named in calls]
    file = d2d.folder / "kim.py"
    places = (str(course), course.name)
    done += [d2d("check", "mini", file, folder=course.parent, env={COURSE_VARIABLE: place}) for place in places]
    assert {(run.returncode, run.stdout, run.stderr) for run in done} == {(0, done[0].stdout, "")}
    monkeypatch.chdir(course.parent)
    named = find_course(Path("/"), Path(course.name))
    monkeypatch.chdir("/")
    assert named.assignment("mini").public_cases.is_file()


def test_a_current_folder_that_is_left_meanwhile_changes_no_path(d2d: Command, course: Path) -> None:
    cases, place = course / "assignments" / "mini" / "test_public.py", course.parent
    cases.write_text(LEAVING + cases.read_text("utf-8"), "utf-8")
    (place / "kim.py").write_text(HALF, "utf-8")
    named = ("--course", course.name)
    done = d2d("check", "mini", "kim.py", *named, "--json", "r.json", "--html", "r.html", folder=place)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads((place / "r.json").read_text("utf-8"))["percent"] == 50
    assert (place / "r.html").stat().st_size
    assert d2d("keygen", "d2d.key", folder=place).stdout.startswith("private key  d2d.key ")
    more = ("--out", "out", "--gradebook", "book.sqlite", "--key", "d2d.key")
    done = d2d("grade", "mini", "kim.py", *named, *more, folder=place)
    assert done.returncode == 1, done.stderr
    assert "Everything is in out" in done.stdout
    assert (place / "out" / "reports" / "kim.json").is_file()
    assert (place / "book.sqlite").is_file()

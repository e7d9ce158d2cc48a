"""`d2d regrade`: after a case was mended, whose score moves, by how much, by which case."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from grader.gradebook.book import Gradebook

if TYPE_CHECKING:
    from tests.commands import Command

RIGHT = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return 2 * x\n"
HALF = "import numpy as np\ndef mse(x, y): return np.mean((x - y) ** 2)\ndef double(x): return x\n"
STUB = "def mse(x, y): raise NotImplementedError\ndef double(x): raise NotImplementedError\n"
GOOD, BAD = "reference.mse(x, y)", "3 * reference.mse(x, y)"


@pytest.fixture
def graded(d2d: Command) -> Path:
    """A gradebook of three members, by a hidden case that nobody can pass; the folder of it all."""
    home = d2d.folder.parent
    (home / "in").mkdir()
    for name, source in {"kim": RIGHT, "lee": HALF, "park": STUB}.items():
        (home / "in" / f"{name}.py").write_text(source, "utf-8")
    mend(d2d, GOOD, BAD)
    options = ["--out", home / "out", "--gradebook", home / "book.db", "--jobs", "1"]
    assert d2d("grade", "mini", home / "in", *options).returncode == 1
    return home


def mend(d2d: Command, old: str, new: str) -> None:
    hidden = d2d.folder / "assignments" / "mini" / "test_hidden.py"
    text = hidden.read_text("utf-8")
    assert old in text
    hidden.write_text(text.replace(old, new), "utf-8")


def regrade(d2d: Command, home: Path, *options: object) -> CompletedProcess[str]:
    return d2d("regrade", "mini", "--gradebook", home / "book.db", "--jobs", "1", *options)


def scores(home: Path) -> dict[str, Fraction]:
    with Gradebook(home / "book.db") as book:
        assert list(book.check()) == []
        return {entry.member: entry.score for entry in book.entries()}


def test_a_mended_case_moves_whom_it_wronged(d2d: Command, graded: Path) -> None:
    assert scores(graded) == {"kim": 4, "lee": 2, "park": 0}
    mend(d2d, BAD, GOOD)
    done = regrade(d2d, graded)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "kim  4/5 → 5/5  +1",
        "    +1  test_hidden.py::test_wide  failed (0/1) → passed (1/1)",
        "lee  2/5 → 3/5  +1",
        "    +1  test_hidden.py::test_wide  failed (0/1) → passed (1/1)",
        "2 scores moved.",
    ]
    assert scores(graded) == {"kim": 5, "lee": 3, "park": 0}
    again = regrade(d2d, graded, "--json", "-")
    assert json.loads(again.stdout) == {"assignment": "mini", "moved": [], "not_found": []}


def test_a_score_is_not_lowered_where_it_must_not(d2d: Command, graded: Path) -> None:
    mend(d2d, BAD, GOOD)
    regrade(d2d, graded)
    mend(d2d, GOOD, BAD)
    done = regrade(d2d, graded, "--never-lower", "--json", "-")
    moved = json.loads(done.stdout)["moved"]
    assert [(each["member"], each["by"], each["stands"]) for each in moved] == [("kim", -1, True), ("lee", -1, True)]
    assert scores(graded) == {"kim": 5, "lee": 3, "park": 0}
    assert json.loads((graded / "out" / "reports" / "kim.json").read_text("utf-8"))["score"] == 5
    done = regrade(d2d, graded)
    assert "kim  5/5 → 4/5  −1" in done.stdout
    assert scores(graded) == {"kim": 4, "lee": 2, "park": 0}


def test_what_is_not_there_any_more_is_named(d2d: Command, graded: Path) -> None:
    (graded / "in" / "lee.py").write_text(RIGHT, "utf-8")
    (graded / "in" / "park.py").unlink()
    done = regrade(d2d, graded)
    for name in ("lee", "park"):
        assert f"{name}: what was graded is not there any more; its result stands." in done.stderr
    shutil.move(graded / "in", graded / "elsewhere")
    done = regrade(d2d, graded)
    assert done.returncode == 2
    assert "The gradebook does not know where the submissions lie." in done.stderr
    options = ["--submissions", graded / "elsewhere", "--out", graded / "out"]
    assert regrade(d2d, graded, *options).returncode == 0


def test_a_gradebook_without_that_assignment(d2d: Command, new_course: Callable[..., Path], tmp_path: Path) -> None:
    with Gradebook(tmp_path / "book.db", create=True):
        pass
    done = regrade(d2d, tmp_path)
    assert done.returncode == 2
    assert "There is no report on mini in the gradebook." in done.stderr


@pytest.mark.slow
def test_the_class_page_keeps_its_roster_and_its_pages(d2d: Command, graded: Path) -> None:
    (graded / "roster.csv").write_text("member\nkim\nlee\npark\nchoi\n", "utf-8")
    options = ["--out", graded / "out", "--gradebook", graded / "book.db", "--jobs", "1"]
    d2d("grade", "mini", graded / "in", *options, "--roster", graded / "roster.csv", "--pages")
    mend(d2d, BAD, GOOD)
    assert regrade(d2d, graded).returncode == 0
    page = (graded / "out" / "index.html").read_text("utf-8")
    assert "choi" in page
    assert "pages/kim.html" in page
    assert "5/5" in (graded / "out" / "pages" / "kim.html").read_text("utf-8").replace(" of ", "/")


@pytest.mark.slow
def test_all_folders_are_judged_with_the_secret_of_the_environment(d2d: Command, graded: Path) -> None:
    env = {"D2D_SECRET": "0123456789abcdef" * 2}
    shutil.copytree(graded / "in", graded / "second")
    for name in ("in", "second"):
        options = ["--out", graded / f"out-{name}", "--gradebook", graded / "book.db", "--jobs", "1"]
        d2d("grade", "mini", graded / name, *options, env=env)
    (graded / "second" / "kim.py").write_text(HALF, "utf-8")
    mend(d2d, BAD, GOOD)
    done = d2d("regrade", "mini", "--gradebook", graded / "book.db", "--jobs", "1", env=env)
    assert done.returncode == 0, done.stderr
    reports = [json.loads((graded / f"out-{name}/reports/kim.json").read_text("utf-8")) for name in ("in", "second")]
    assert reports[0]["seed_commitment"] == reports[1]["seed_commitment"]

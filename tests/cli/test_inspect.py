"""`d2d inspect`: the staff sees all of a case, and is told when it is not the same case any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands import Command

SECRET = {"D2D_SECRET": "0123456789abcdef0123456789abcdef"}
# Right but for wide rows, which only the hidden case has: there it tells what it was given, and paints the terminal.
WORK = """import numpy as np


def told(x):
    raise ValueError(f"\\x1b[2J it begins with {x[0, 0]:.3f}")


def mse(x, y):
    if x.shape[1] == 9:
        print("\\x1b[31mhere", x.shape)
        told(x)
    return np.mean((x - y) ** 2)


def double(x):
    return x + x
"""


@pytest.fixture
def report(d2d: Command) -> Path:
    """kim's report by a full grading; the submission lies in `submissions` beside it."""
    folder = d2d.folder.parent / "graded"
    (folder / "submissions").mkdir(parents=True)
    (folder / "submissions" / "kim.py").write_text(WORK, "utf-8")
    done = d2d("grade", "mini", folder / "submissions", "--out", folder, "--jobs", "1", env=SECRET)
    assert done.returncode == 1, done.stderr
    return folder / "reports" / "kim.json"


def test_everything_that_the_staff_may_see(d2d: Command, report: Path) -> None:
    case: Any = next(each for each in json.loads(report.read_text("utf-8"))["cases"] if "test_wide" in each["id"])
    assert (case["message"], case["output"]) == ("Your code raised ValueError.", "")
    done = d2d("inspect", report, env=SECRET)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["test_hidden.py::test_wide  mse of wide rows.", "error, 0 of 1 points"]
    for said in (
        "Your code raised ValueError:  it begins with",  # without what would clear the screen
        "kim.py:11  mse",
        "kim.py:5  told",
        "the submission: mse(array([[",
        "float64, shape (2, 9)",
        "→ raised ValueError",
        "here (2, 9)",
        "what a member may read of a hidden case at the most:\n  Your code raised ValueError.",
    ):
        assert said in done.stdout, said
    assert "\x1b" not in done.stdout
    value = json.loads(d2d("inspect", report, "--case", "wide", "--json", "-", env=SECRET).stdout)
    assert [(call["who"], call["answer"][:6]) for call in value["calls"]] == [("submission", "raised")]
    assert [frame["line"] for frame in value["traceback"]] == [11, 5]
    first = value["calls"][0]["asked"].partition("[[")[2].split(",")[0]
    assert f"{float(first):.3f}" in value["message"]


def test_what_is_not_the_same_any_more_is_said(d2d: Command, report: Path) -> None:
    repaired = d2d.folder.parent / "repaired.py"
    repaired.write_text(WORK.replace("== 9", "== 10"), "utf-8")
    other = {"D2D_SECRET": "another secret, long enough"}
    cases = d2d.folder / "assignments/mini/test_hidden.py"
    cases.write_text(cases.read_text("utf-8") + "\n", "utf-8")
    done = d2d("inspect", report, "--case", "test_hidden.py::test_wide", "--submission", repaired, env=other)
    assert done.returncode == 0
    assert "repaired.py is another version than the one in the report." in done.stderr
    assert "drawn by another secret" in done.stderr
    assert "The cases have changed since the report was made." in done.stderr
    assert "passed, 1 of 1 points\nIn the report it is: error" in done.stdout
    assert "the reference: mse(" in done.stdout


def test_what_can_not_be_inspected(d2d: Command, report: Path) -> None:
    for arguments, said in (
        (("--case", "nothing"), "No case fits nothing."),
        (("--case", "test_"), "Several cases fit test_: test_public.py::test_mse"),
    ):
        done = d2d("inspect", report, *arguments, env=SECRET)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    (report.parent.parent / "submissions" / "kim.py").write_text("# something else\n", "utf-8")
    done = d2d("inspect", report, env=SECRET)
    assert (done.returncode, "What kim handed in does not lie here." in done.stderr) == (2, True)

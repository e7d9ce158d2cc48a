"""A member's notebook with the feedback below its cells: where it stands, and that nothing in it can run."""

from __future__ import annotations

import dataclasses
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from click.testing import CliRunner

from grader.cli.app import d2d as d2d_command
from grader.course.course import find_course
from grader.errors import UsageError
from grader.i18n import use
from grader.intake.read import original
from grader.render.notebook import as_page, check_target, feedback_notebook
from grader.report.report import CaseResult, Hint, Note, Report, Verdict, Visibility, Where

if TYPE_CHECKING:
    from tests.commands import Command

EVIL = "</code></pre><script>alert(1)</script><img src=x onerror=alert(2)> ``` $x$ [a](javascript:alert(3))"
# One white pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="


def case(section: str, verdict: Verdict, **more: Any) -> CaseResult:
    points = Fraction(verdict is Verdict.PASSED)
    return CaseResult(
        f"test_public.py::test_{section}", section, "value", f"{section} is right.", Visibility.PUBLIC, verdict, points,
        Fraction(1), **more,
    )  # fmt: skip


def report(*cases: CaseResult, notes: tuple[Note, ...] = ()) -> Report:
    return Report("mini", "1.0.0", "Mini", "kim", "0" * 64, "0" * 64, "public", 60, cases, notes)


def notebook(folder: Path, *cells: dict[str, Any] | str, minor: int = 4, **metadata: Any) -> Path:
    made = [
        cell if isinstance(cell, dict)
        else {"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]  # fmt: skip
    file = folder / "kim.ipynb"
    file.write_text(json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}), "utf-8")
    return file


def annotated(course: Path, file: Path, of: Report) -> nbformat.NotebookNode:
    assignment = find_course(course).assignment("mini")
    text = feedback_notebook(original(file, "mini", assignment.asked), of, assignment)
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    return made


def kinds(made: nbformat.NotebookNode) -> str:
    return "".join("!" if "d2d-feedback" in cell.metadata.get("tags", []) else cell.cell_type[0] for cell in made.cells)


def test_it_stands_below_the_cell_that_defines_what_was_asked_for(course: Path, tmp_path: Path) -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# mine\n", "text"]}
    file = notebook(
        tmp_path, text, "!pip install x", "def mse(x, y): return 0", "print(mse(1, 2))", "def double(x):\n  1"
    )
    found = report(
        case("mse", Verdict.FAILED, message="The values differ.", hint=Hint("a", "A mean?")),
        case("double", Verdict.PASSED),
        notes=(Note("magic", "Not run: !pip", Where("kim.ipynb", 1, 1)), Note("look", "Anything.")),
    )  # fmt: skip
    before = file.read_bytes()
    made = annotated(course, file, found)
    assert kinds(made) == "!mc!c!cc!"
    top, setup, mse, double = (cell.source for cell in made.cells if "d2d-feedback" in cell.metadata.get("tags", []))
    assert "1 of 2 points (50%)" in top
    assert "Anything" in top
    assert "Not run\\: \\!pip" in setup
    assert "`mse` · 0 of 1 points" in mse
    assert "The values differ." in mse
    assert "A mean?" in mse
    assert "`double` · 1 of 1 points" in double
    assert file.read_bytes() == before


def test_a_note_names_its_place_and_the_head_its_assignment(course: Path, tmp_path: Path) -> None:
    found = report(case("mse", Verdict.PASSED), notes=(Note("cell", "Set aside.", Where("kim.ipynb", cell=1, line=4)),))
    made = annotated(course, notebook(tmp_path, "def mse(x, y): return 0"), found)
    assert made.cells[0].source.startswith("## d2d · mini · Mini")
    assert "- **d2d** · `[1]:4` Set aside" in made.cells[-1].source


def test_hostile_text_makes_no_heading(course: Path, tmp_path: Path, hostile: Report) -> None:
    made = annotated(course, notebook(tmp_path, "x = 1"), hostile)
    text = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert sum(line.startswith("#") for line in text.splitlines()) == 1


def test_the_last_definition_and_what_is_defined_nowhere(course: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path, "def mse(): pass", "mse = lambda x, y: 0", "mse == 3\n# def mse(")
    made = annotated(course, file, report(case("mse", Verdict.PASSED), case("double", Verdict.MISSING)))
    assert kinds(made) == "!cc!c"
    assert "`double`" in made.cells[0].source


def test_feedback_of_before_is_replaced(course: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path, "def mse(x, y): return 0")
    first = annotated(course, file, report(case("mse", Verdict.FAILED)))
    nbformat.write(first, file)
    second = annotated(course, file, report(case("mse", Verdict.PASSED)))
    assert kinds(second) == kinds(first) == "!c!"
    assert "1 of 1 points" in second.cells[-1].source


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        ("import a\n\n\ndef mse(x):\n    return 1\n\n\n@cache\n@wraps(a)\ndef double(x):\n    return 2\n", 3),
        ("# %% [markdown]\n# text\n# %%\nimport a\ndef mse(x): return 1\n# %%\ndef double(x): return 2\n", 3),
        ("# In[1]:\n\nimport a\n\n# In[ ]:\n\ndef mse(x): return 1\n\n# In[2]:\ndef double(x): return 2\n", 3),
        ("mse = double = None", 1),
    ],
    ids=["bare", "percent", "exported", "short"],
)
def test_a_file_becomes_cells(course: Path, tmp_path: Path, source: str, cells: int) -> None:
    file = tmp_path / "kim.py"
    file.write_text(source, "utf-8")
    line = source[: source.index("double")].count("\n") + 1
    note = Note("redefined", "Said of a line.", Where("kim.py", line))
    made = annotated(course, file, report(case("mse", Verdict.PASSED), case("double", Verdict.FAILED), notes=(note,)))
    code = [cell.source for cell in made.cells if cell.cell_type == "code"]
    assert len(code) == cells
    assert re.sub(r"\s", "", "".join(code)) == re.sub(r"\s", "", source)
    assert "Said of a line" in made.cells[-1].source


def test_what_could_run_does_not_come_along(course: Path, tmp_path: Path) -> None:
    outputs = [
        {"output_type": "display_data", "metadata": {"x": 1}, "data": {
            "text/html": EVIL, "application/javascript": "alert(4)", "image/svg+xml": "<svg onload=alert(5)>",
            "text/markdown": EVIL, "text/latex": "$x$", "text/plain": ["<Figure>"]}},
        {"output_type": "stream", "name": "stdout", "text": [f"{EVIL}\n", "\x1b[31mred\x1b[0m"]},
        {"output_type": "error", "ename": "E", "evalue": EVIL, "traceback": ["\x1b[0;31mE\x1b[0m: " + EVIL]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": [PIXEL[:40] + "\n", PIXEL[40:]]}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": f'{PIXEL}"><script>', "text/plain": "p"}},
        {"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000},
        "nothing", {"output_type": "stream", "text": 3}, None,
    ]  # fmt: skip
    cell = {"cell_type": "code", "execution_count": 7.0, "metadata": {"jupyter": {"x": 1}}, "outputs": outputs}
    file = notebook(tmp_path, {**cell, "source": "def mse(): '\ud800'"}, widgets={"state": EVIL}, title=EVIL)
    found = case("mse", Verdict.ERROR, message=EVIL, details=(EVIL,), output=EVIL, where=Where(f"{EVIL}.ipynb", 1, 1))
    made = annotated(course, file, report(found, notes=(Note("look", EVIL, Where("kim.ipynb", 1, 1)),)))
    code = made.cells[1]
    assert set(made.metadata) == {"kernelspec", "language_info"}
    assert (code.metadata, code.execution_count) == ({}, 7)
    data = [output.data for output in code.outputs]
    assert {kind for each in data for kind in each} == {"text/plain", "image/png"}
    assert data[3] == {"image/png": PIXEL}
    assert data[4] == {"text/plain": "p"}
    assert "\x1b" not in json.dumps(data)
    assert sum(len(each.get("text/plain", "")) for each in data) <= 20_000
    page = as_page(nbformat.writes(made), f"hw1 {EVIL}")
    assert "<script" not in page
    assert not re.search(r"""(href|src)=["']?\s*javascript""", page)
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert page.count("Content-Security-Policy") == 1
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_formulas_of_texts_and_titles_are_set_and_what_was_printed_is_not(course: Path, tmp_path: Path) -> None:
    pytest.importorskip("latex2mathml", reason="formulas stay as they are written without it")
    text = {
        "cell_type": "markdown",
        "metadata": {},
        "source": r"Mine: $\alpha\to\text{<img src=x onerror=alert(1)>}$ $$x^2$$",
    }
    printed = {"output_type": "stream", "name": "stdout", "text": "$x$ and $y$"}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "def mse(): '$s$'"}
    file = notebook(tmp_path, text, {**cell, "outputs": [printed]})
    note = Note("look", r"You wrote $n$, \(m\) and \begin{x}k\end{x}", Where("kim.ipynb", 1, 1))
    wrong = case("mse", Verdict.FAILED, message="$m$", details=("yours: $d$",), output="$o$", hint=Hint("h", "No $h$."))
    titled = dataclasses.replace(wrong, title=r"The slope $\sigma'(x)$ is right.")
    made = annotated(course, file, report(titled, notes=(note,)))
    page = as_page(nbformat.writes(made), "hw1")
    assert page.count("<math") == 3
    assert r"**The slope $\sigma'(x)$ is right**" in made.cells[-1].source
    assert "<img" not in page
    plain = re.sub(r"<[^>]*>", "", page)
    for same in ("$x$ and $y$", "$s$", "$n$, \\(m\\) and \\begin{x}k\\end{x}", "$m$", "$d$", "$o$", "$h$"):
        assert same in plain


def test_of_what_the_magic_showed_the_text_is_copied(course: Path, tmp_path: Path) -> None:
    shown = {"text/html": "<div class=d2d>", "text/plain": "mini · 2 of 4 points"}
    nameless = {"text/html": "<b>", "text/plain": "<IPython.core.display.HTML object>"}
    outputs = [{"output_type": "display_data", "metadata": {}, "data": data} for data in (shown, nameless)]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "%d2d check mini", "outputs": outputs}
    made = annotated(course, notebook(tmp_path, cell), report(case("mse", Verdict.MISSING)))
    assert [output.data for output in made.cells[1].outputs] == [{"text/plain": "mini · 2 of 4 points"}]


def test_it_is_written_by_the_command(course: Path, d2d: Command) -> None:
    home = course / "assignments" / "mini"
    file = notebook(
        home, "import numpy as np", "def mse(x, y): return np.mean((x - y) ** 2)", "def double(x): return x"
    )
    done = d2d("check", "mini", file, "--notebook", "feedback.html", "--lang", "ko")
    assert done.returncode == 1, done.stderr
    text = (course / "feedback.html").read_text("utf-8")
    assert "4점 중 2점" in text
    assert 'lang="ko"' in text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kim.ipynb", "stays as it is"),
        ("out.txt", "one of these endings: .ipynb, .html"),
        ("no/folder/a.ipynb", "can't be written"),
    ],
)
def test_where_it_can_not_go(course: Path, name: str, says: str) -> None:
    file = notebook(course, "def mse(): pass")
    before = file.read_bytes()
    options = ["--course", str(course), "--notebook", str(course / name), "--lang", "en"]
    done = CliRunner().invoke(d2d_command, ["check", "mini", str(file), *options])
    assert (done.return_value, says in done.stderr) == (2, True), done.stderr
    assert file.read_bytes() == before


def test_in_korean(course: Path, tmp_path: Path) -> None:
    use("ko")
    try:
        made = annotated(course, notebook(tmp_path, "def mse(): 1"), report(case("mse", Verdict.MISSING)))
        assert re.search("[가-힣]", made.cells[0].source)
        assert re.search("[가-힣]", made.cells[-1].source)
    finally:
        use("en")


def test_an_earlier_feedback_in_the_folder_is_written_over_and_the_work_is_not(course: Path, tmp_path: Path) -> None:
    file = notebook(tmp_path, "def mse(): pass")
    with pytest.raises(UsageError, match="stays as it is"):
        check_target(file, tmp_path)
    check_target(tmp_path / "new.ipynb", tmp_path)
    (tmp_path / "empty.ipynb").touch()
    check_target(tmp_path / "empty.ipynb", tmp_path)
    nbformat.write(annotated(course, file, report(case("mse", Verdict.PASSED))), tmp_path / "before.ipynb")
    check_target(tmp_path / "before.ipynb", tmp_path)
    check_target(file, tmp_path / "another")


def test_a_class_gets_its_notebooks_with_what_members_may_see(course: Path, d2d: Command) -> None:
    handed = course / "handed"
    handed.mkdir()
    wrong = "def mse(x, y):\n    return ((x - y) ** 2).mean(0).sum()\ndef double(x):\n    return 2 * x\n"
    (handed / "kim.py").write_text(wrong, "utf-8")
    notebook(handed, "def mse(x, y): return 0").rename(handed / "lee.ipynb")
    (handed / "park.ipynb").write_text("{", "utf-8")
    grade = ["grade", "mini", handed, "--out", course / "out", "--jobs", "1"]
    shared = CliRunner().invoke(d2d_command, [*map(str, grade), "--course", str(course), "--notebook", "all.ipynb"])
    assert (shared.return_value, "{member}" in shared.stderr) == (2, True)
    done = d2d(*grade, "--notebook", course / "back" / "{member}.ipynb")
    assert done.returncode in (2, 3), done.stderr  # 3: hidden cases may not be judged here, nothing is written
    if done.returncode == 2:
        assert sorted(file.name for file in (course / "back").iterdir()) == ["kim.ipynb", "lee.ipynb"]
        kim = (course / "back" / "kim.ipynb").read_text("utf-8")
        assert "mse of wide rows" not in kim  # by the course's default a hidden case is not named
        assert "Hidden cases are not shown here" in kim.replace("\\\\", "") or "Of hidden cases" in kim

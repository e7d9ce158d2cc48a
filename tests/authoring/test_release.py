"""What members receive: whole, working by itself, and without anything that judges them in secret."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

from grader.authoring.release import TORCH, write_release
from grader.cli.app import d2d as program
from grader.course.course import find_course
from tests.authoring.releasing import IDS, ROOT, run

HARMLESS = ("import ", "from ", "#", "en=", "ko=", '"')  # hints are for members to read; code never is


@pytest.mark.slow
@pytest.mark.parametrize("hw", IDS)
def test_the_folder_has_what_members_need_and_no_more(released: Path, hw: str) -> None:
    names = {file.name for file in (released / "assignments" / hw).iterdir()}
    expected = {"assignment.toml", f"{hw}.py", "test_public.py", "public.d2d", "locale"}
    expected |= {f"{hw}.{lang}.ipynb" for lang in ("ko", "en")} | {f"handout.{lang}.md" for lang in ("ko", "en")}
    assignment = find_course(ROOT).assignment(hw)
    expected |= {file.name for file in (*assignment.files, *assignment.common)}
    assert names == expected


def content_of(folder: Path) -> bytes:
    """Every file as it lies there, and notebooks once more as they read: JSON writes a quote otherwise."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    cells = [cell.source for file in files if file.suffix == ".ipynb" for cell in nbformat.read(file, 4).cells]
    return b"\0".join([*(file.read_bytes() for file in files), *(cell.encode() for cell in cells)])


def of_the_staff(hw: str) -> list[Path]:
    """Everything about an assignment that members do not get."""
    assignment = find_course(ROOT).assignment(hw)
    given = {assignment.stub, assignment.public_cases, assignment.folder / "assignment.toml"}
    given.update(assignment.files, assignment.common)
    files = [ROOT / "reference" / f"{hw}.py"]
    files += [file for file in assignment.folder.rglob("*") if file.is_file() and file not in given]
    files = [file for file in files if "__pycache__" not in file.parts]
    away = ("handout.", "locale")
    return [file for file in files if not str(file.relative_to(ROOT)).split("/", 2)[-1].startswith(away)]


def telling_lines(file: Path, given: str) -> list[str]:
    """Long lines that stand in none of the members' files; in misconceptions, hints are for members to read."""
    harmless = HARMLESS if file.parent.name == "misconceptions" else ("import ", "from ", "#")
    titles = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(file.read_text("utf-8"))) if is_case(node)]
    lines = {line.strip() for line in file.read_text("utf-8").splitlines()}
    lines -= {f'"""{title}"""' for title in titles}  # what a report calls a case
    return [line for line in lines if len(line) > 30 and line not in given and not line.startswith(harmless)]


def is_case(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


@pytest.mark.slow
@pytest.mark.parametrize("hw", IDS)
def test_nothing_that_judges_in_secret_is_in_it(released: Path, hw: str) -> None:
    """No telling line of the reference, of a hidden case, of a misconception or of what else the staff alone has.

    Data by content too: no piece of a file that stays behind, and no array of one, lies in a file that went out.
    """
    content = content_of(released)
    assignment = find_course(ROOT).assignment(hw)
    public = (assignment.stub, assignment.public_cases, *assignment.common)
    given = "".join(file.read_text("utf-8") for file in public)
    files = of_the_staff(hw)
    assert {"hidden", "misconceptions", "reference"} <= {file.parent.name for file in files}
    for file in files:
        if file.suffix == ".py":
            telling = telling_lines(file, given)
            assert telling or file.parent.name == "misconceptions", file
            assert [line for line in telling if line.encode() in content] == []
        else:
            inside = file.read_bytes()
            pieces = [inside[at : at + 48] for at in range(0, max(1, len(inside) - 48), 512)]
            assert [piece for piece in pieces if piece in content] == [], file


def test_the_proof_sees_what_it_is_there_to_see(tmp_path: Path) -> None:
    """A hidden line put into a notebook, where JSON writes its quotes otherwise; a line that is nothing but labels."""
    hidden = ROOT / "assignments" / "hw1" / "hidden" / "test_softmax.py"
    (line, *_others) = [line for line in telling_lines(hidden, "") if line.count('"') >= 2]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(line)])
    nbformat.write(notebook, tmp_path / "hw1.en.ipynb")
    assert line.encode() in content_of(tmp_path)
    assert line.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    labels = tmp_path / "test_labels.py"
    labels.write_text('LABELS = (\n    "' + "0123401234" * 9 + '"\n)\n', "utf-8")
    assert telling_lines(labels, "") == ['"' + "0123401234" * 9 + '"']


def test_no_secret_goes_out(course: Path, tmp_path: Path) -> None:
    """What the course file says to the staff, its secret and its keys are no part of the members' folder."""
    (course / ".d2d").mkdir()
    (course / ".d2d" / "secret").write_bytes(b"canary-of-the-secret")
    (course / "d2d.key").write_bytes(b"canary-of-the-key")
    text = 'name = "Mini"\nterm = "canary-of-the-term"\n[grading]\nsecret_file = ".d2d/secret"\n'
    (course / "d2d.toml").write_text(text, "utf-8")
    for language in ("ko", "en"):
        handout = course / "assignments" / "mini" / f"handout.{language}.md"
        handout.write_text("<!-- cell: mse -->\n<!-- cell: double -->\n", "utf-8")
    write_release(find_course(course), ["mini"], tmp_path / "out", ("ko", "en"))
    content = content_of(tmp_path / "out")
    assert b"mse" in content
    assert b"canary" not in content


@pytest.mark.slow
def test_the_labels_of_the_test_set_stay_with_the_judge(released: Path) -> None:
    rows = re.findall(
        r'"(\d{100})"', (ROOT / "assignments" / "hw5" / "hidden" / "test_predictions.py").read_text("utf-8")
    )
    assert len(rows) == 6
    content = content_of(released)
    assert [row for row in rows if row[:25].encode() in content] == []
    with np.load(released / "assignments" / "hw5" / "test.npz") as file:
        assert {name: file[name].shape for name in file} == {"images": (600, 16, 16)}


@pytest.mark.slow
@pytest.mark.parametrize("hw", IDS)
def test_the_stub_earns_nothing_and_the_reference_everything(released: Path, hw: str, tmp_path: Path) -> None:
    stub = run(released, "check", hw, "--json", "-")
    report = json.loads(stub.stdout)
    assert (stub.returncode, report["score"], report["complete"]) == (1, 0, True)
    right = tmp_path / f"{hw}.py"
    right.write_bytes((ROOT / "reference" / f"{hw}.py").read_bytes())
    whole = run(released, "check", hw, right, "--json", "-")
    report = json.loads(whole.stdout)
    assert (whole.returncode, report["percent"]) == (0, 100)


@pytest.mark.slow
def test_a_release_made_twice_is_the_same_to_the_byte(released: Path, tmp_path: Path) -> None:
    write_release(find_course(ROOT), IDS[:1], tmp_path / "again", ("ko", "en"))
    for file in (tmp_path / "again" / "assignments").rglob("*"):
        if file.is_file():
            assert file.read_bytes() == (released / file.relative_to(tmp_path / "again")).read_bytes(), file


def test_a_folder_that_holds_something_else_is_left_alone(course: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it", "utf-8")
    result = CliRunner().invoke(program, ["release", "mini", "--out", str(tmp_path / "mine"), "--course", str(course)])
    assert result.return_value == 2 or result.exit_code == 2
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_the_workflow_is_pinned_and_asks_for_nothing(released: Path, tmp_path: Path) -> None:
    text = (released / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert all(re.fullmatch(r"\s+uses: [\w./-]+@[0-9a-f]{40} # v[\d.]+", line) for line in lines(text, "uses:"))
    assert all(re.search(r"==\d", line) for line in lines(text, "pip install"))
    assert "secrets" not in text
    assert "pull_request_target" not in text
    assert lines(text, "permissions:", 1) == ["permissions:", "  contents: read"]
    assert f"torch=={TORCH}" in (ROOT / "constraints.txt").read_text("utf-8").split()
    course = replace(find_course(ROOT), install="d2d-grader @ git+https://example.org/d2d@0123; touch x")
    write_release(course, ["hw1"], tmp_path / "one", ("en",))
    text = (tmp_path / "one" / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert "torch" not in text
    assert "'d2d-grader @ git+https://example.org/d2d@0123; touch x'" in text
    assert "--lang en" in text


def lines(text: str, word: str, more: int = 0) -> list[str]:
    """The lines with `word` in them, and `more` after the first."""
    found = [at for at, line in enumerate(text.splitlines()) if word in line]
    assert found
    return text.splitlines()[found[0] : found[0] + 1 + more] if more else [text.splitlines()[at] for at in found]


@pytest.mark.slow
@pytest.mark.parametrize("hw", IDS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_notebook_is_valid_and_has_each_function_below_its_text(released: Path, hw: str, language: str) -> None:
    file = released / "assignments" / hw / f"{hw}.{language}.ipynb"
    notebook: Any = nbformat.read(file, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert "%load_ext grader.colab" in cells[0]
    assert cells[-1].endswith(f"%d2d check {hw} --lang {language}")
    stub = ast.parse((ROOT / "assignments" / hw / f"{hw}.py").read_text("utf-8"))
    asked = [node.name for node in stub.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    found = [node.name for cell in cells[2:-1] for node in ast.parse(cell).body if hasattr(node, "name")]
    assert found == asked
    assert "<!-- cell" not in json.dumps(notebook)


@pytest.mark.parametrize(
    ("handout", "says", "place"),
    [
        (
            "<!-- cell: mse -->\n<!-- cell: double -->\n<!-- cell: other -->\n",
            "other has no definition",
            "handout.en.md:3: ",
        ),
        ("<!-- cell: mse -->\n", "no marker for double", "handout.en.md: "),
        ("<!-- cell: mse -->\n<!-- cell: double -->\n<!-- cell: mse -->\n", "mse stands twice", "handout.en.md:3: "),
    ],
)
def test_a_marker_and_a_function_belong_together(
    course: Path, tmp_path: Path, handout: str, says: str, place: str
) -> None:
    (course / "assignments" / "mini" / "handout.en.md").write_text(handout, "utf-8")
    done = run(course, "release", "mini", "--out", tmp_path / "out", "--lang", "en")
    assert done.returncode == 2
    assert says in done.stderr
    assert place in done.stderr
    again = run(course, "audit", "mini", "--seeds", "1")
    assert (again.returncode, again.stderr) == (2, done.stderr)
    assert not (tmp_path / "out").exists()

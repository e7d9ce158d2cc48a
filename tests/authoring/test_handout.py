"""The notebook that is made of a handout, and the markers in it."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.authoring.releasing import IDS, ROOT, run


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

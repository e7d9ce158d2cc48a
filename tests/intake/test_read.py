"""What was handed in, as cells: files, notebooks, folders, encodings."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import BadInputError
from grader.intake.read import read_submission


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 0})


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source}


def test_a_python_file_is_one_cell(tmp_path: Path) -> None:
    file = put(tmp_path, "kim.py", "x = 1\n")
    submission = read_submission(file, "hw1")
    (cell,) = submission.cells
    assert (submission.member, submission.file, cell.source, cell.number) == (
        "kim",
        "kim.py",
        "x = 1\n",
        None,
    )
    assert cell.label == "kim.py"
    assert submission.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "data",
    [
        "# 한글\nx = 1\n".encode(),
        "# 한글\nx = 1\n".encode("utf-8-sig"),
        "# 한글\r\nx = 1\r\n".encode("cp949"),
    ],
    ids=["utf-8", "utf-8 with a mark", "cp949 and CRLF"],
)
def test_the_encodings_that_korean_editors_write(tmp_path: Path, data: bytes) -> None:
    (cell,) = read_submission(put(tmp_path, "kim.py", data), "hw1").cells
    assert cell.source == "# 한글\nx = 1\n"


def test_lines_keep_their_numbers_whatever_ends_them(tmp_path: Path) -> None:
    (cell,) = read_submission(put(tmp_path, "kim.py", b"a = 1\r\nb = 2\rc = 3\n"), "hw1").cells
    assert cell.source.split("\n") == ["a = 1", "b = 2", "c = 3", ""]
    assert cell.at(3).line == 3
    assert cell.at(99).line is None
    assert cell.at(0).line is None
    assert cell.at(None).line is None


def test_code_cells_of_a_notebook_are_numbered_among_themselves(tmp_path: Path) -> None:
    book = notebook(
        {"cell_type": "markdown", "source": "# t"},
        code(["x = 1\n", "y = 2"]),
        {"cell_type": "raw"},
        code("z = 3"),
    )
    submission = read_submission(put(tmp_path, "kim.ipynb", book), "hw1")
    assert [(cell.number, cell.source) for cell in submission.cells] == [(1, "x = 1\ny = 2"), (2, "z = 3")]
    assert [cell.label for cell in submission.cells] == ["kim.ipynb[1]", "kim.ipynb[2]"]


@pytest.mark.parametrize(
    "source", ["!pip install x\ny = 1", "%matplotlib inline\ny = 1", "?help\ny = 1", "  !ls\ny = 1"]
)
def test_lines_for_the_notebook_are_set_aside_and_the_others_keep_their_numbers(tmp_path: Path, source: str) -> None:
    submission = read_submission(put(tmp_path, "kim.ipynb", notebook(code(source))), "hw1")
    lines = submission.cells[0].source.split("\n")
    assert lines[1] == "y = 1"
    assert lines[0].strip() in ("", "pass")
    (note,) = submission.notes
    assert (note.kind, note.where and note.where.line, note.where and note.where.cell) == ("magic", 1, 1)


@pytest.mark.parametrize("magic", ["%%bash", "%%writefile a.py", "%%html", "%%javascript"])
def test_a_cell_in_another_language_is_no_code(tmp_path: Path, magic: str) -> None:
    book = notebook(code(f"{magic}\nrm -rf /"), code("x = 1"))
    submission = read_submission(put(tmp_path, "kim.ipynb", book), "hw1")
    assert "rm" not in "".join(cell.source for cell in submission.cells)
    assert len(submission.notes) == 1


def test_a_timed_cell_is_still_code(tmp_path: Path) -> None:
    submission = read_submission(put(tmp_path, "kim.ipynb", notebook(code("%%time\nx = 1"))), "hw1")
    assert submission.cells[0].source.split("\n")[1] == "x = 1"


def test_cells_of_strange_forms_are_read_for_what_they_are_worth(tmp_path: Path) -> None:
    book = notebook(code("x = 1"), {"cell_type": "code"}, {"cell_type": "code", "source": None})
    assert read_submission(put(tmp_path, "kim.ipynb", book), "hw1").cells[0].source == "x = 1"


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n",
        "\ufeff",
        "{}",
        "[",
        "[" * 200_000,
        '{"cells": "x"}',
        notebook(),
        notebook({"cell_type": "markdown"}),
    ],
)
def test_a_notebook_that_holds_no_code_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_submission(put(tmp_path, "kim.ipynb", content), "hw1")
    assert caught.value.exit_code == 2
    assert "kim.ipynb" in str(caught.value.where)
    assert caught.value.what


def test_a_folder_is_its_members_and_its_file_the_assignments(tmp_path: Path) -> None:
    put(tmp_path, "kim/hw1.py", "x = 1\n")
    put(tmp_path, "kim/notes.py", "x = 2\n")
    submission = read_submission(tmp_path / "kim", "hw1")
    assert (submission.member, submission.file, submission.cells[0].source) == ("kim", "hw1.py", "x = 1\n")


def test_a_folder_without_code_and_one_with_too_much(tmp_path: Path) -> None:
    put(tmp_path, "kim/readme.md", "hello")
    with pytest.raises(BadInputError, match="no Python file and no notebook"):
        read_submission(tmp_path / "kim", "hw1")
    put(tmp_path, "lee/a.py", "x = 1\n")
    put(tmp_path, "lee/b.ipynb", notebook(code("x = 1")))
    with pytest.raises(BadInputError, match=r"a\.py, b\.ipynb"):
        read_submission(tmp_path / "lee", "hw1")

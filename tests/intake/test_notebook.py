"""The code cells of notebooks of every format, and lines of their files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.errors import BadInputError
from grader.intake.notebook import cells_of_notebook, line_in_file, parsed, source_of


def cells(value: dict[str, Any]) -> list[tuple[str, int | None, int | None, int | None]]:
    found, _notes = cells_of_notebook(json.dumps(value), "kim.ipynb", "kim.ipynb")
    return [(cell.source, cell.number, cell.index, cell.count) for cell in found]


def code(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, **more}


def test_numbers_count_code_cells_and_places_count_all() -> None:
    book = {"cells": [{"cell_type": "markdown", "source": "# t"}, code(["x = 1\n", "y = 2"], execution_count=7)]}
    assert cells(book) == [("x = 1\ny = 2", 1, 1, 7)]


def test_cells_of_format_3_lie_in_worksheets() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": "x = 1", "prompt_number": 3, "language": "python"}]}
    assert cells({"worksheets": [sheet, "?", {"cells": [code("!", language="bash"), code("y = 2")]}]}) == [
        ("x = 1", 1, 0, 3),
        ("y = 2", 2, 2, None),
    ]


@pytest.mark.parametrize("count", ["7", -1, 1e300, True, None, []])
def test_a_count_that_is_none_is_left_out(count: object) -> None:
    assert cells({"cells": [code("x", execution_count=count)]}) == [("x", 1, 0, None)]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"language": "R"}}, "R"),
        ({"language_info": {"name": "julia"}}, "julia"),
        ({"kernelspec": {"name": "ir"}}, "R"),
        ({"kernelspec": {"language": " "}, "language_info": {"name": "scala"}}, "scala"),
    ],
)
def test_a_notebook_in_another_language_is_refused(metadata: dict[str, Any], language: str) -> None:
    with pytest.raises(BadInputError, match=f"written for {language}, not for Python"):
        cells({"metadata": metadata, "cells": [code("x")]})


@pytest.mark.parametrize("metadata", [None, [], {"kernelspec": 3}, {"kernelspec": {"language": "Python 3"}}])
def test_metadata_that_say_nothing_against_it_do_no_harm(metadata: object) -> None:
    assert cells({"metadata": metadata, "cells": [code("x")]}) == [("x", 1, 0, None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><html>", "web page"),
        ("version https://git-lfs.github.com/spec/v1\n", "pointer of Git LFS"),
        ('{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> main\n}', "marks of a merge conflict"),
        ('{"cells": {}}', "no notebook"),
        ("[" * 100_000, "no notebook"),
    ],
)
def test_what_is_no_notebook_is_named(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        parsed(text, "kim.ipynb")


def test_a_cell_with_characters_that_no_text_has_is_set_aside() -> None:
    found, notes = cells_of_notebook(json.dumps({"cells": [code("a\0\nb"), code("\ud800"), code("x")]}), "k", "k")
    assert [cell.source for cell in found] == ["\n", "", "x"]
    assert [(note.kind, note.where and note.where.cell) for note in notes] == [
        ("cell-set-aside", 1),
        ("cell-set-aside", 2),
    ]


@pytest.mark.parametrize(
    ("cell", "source"),
    [({"source": ["a\r\n", 3, "b"]}, "a\nb"), ({"source": 3}, ""), ({}, ""), ({"input": "a"}, "a")],
)
def test_a_source_in_any_form_is_text(cell: dict[str, Any], source: str) -> None:
    assert source_of(cell) == source


@pytest.mark.parametrize("in_ascii", [True, False])
def test_a_line_of_a_cell_is_found_in_the_file(in_ascii: bool) -> None:
    book = {"cells": [code(["x = 1\n", "y = 2"]), code(["# 합\n", "y = 2"])]}
    text = json.dumps(book, indent=1, ensure_ascii=in_ascii)
    line = line_in_file(text, 2, 2)
    assert line is not None
    rows = text.splitlines()
    assert (rows[line - 1].strip(), line) == ('"y = 2"', len(rows) - rows[::-1].index(rows[line - 1]))


@pytest.mark.parametrize(("number", "line"), [(1, 0), (1, 3), (2, 1), (3, 1)])
def test_a_line_that_the_file_has_not_is_none(number: int, line: int) -> None:
    text = json.dumps({"cells": [code(["x = 1\n", "y = 2"]), code("z = 3")]}, indent=1)
    assert line_in_file(text, number, line) is None

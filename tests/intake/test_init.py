"""A cell knows where it stands."""

from __future__ import annotations

import pytest

from grader.intake import Cell
from grader.report.report import Where


def test_the_label_names_file_and_cell() -> None:
    assert Cell("hw1.py", "x").label == "hw1.py"
    assert Cell("hw1.ipynb", "x", 3, 7).label == "hw1.ipynb[3]"


@pytest.mark.parametrize(("line", "known"), [(1, 1), (2, 2), (3, None), (0, None), (-1, None), (10**9, None)])
def test_a_line_that_the_cell_has_not_is_unknown(line: int, known: int | None) -> None:
    assert Cell("hw1.ipynb", "x = 1\ny = 2", 3).at(line) == Where("hw1.ipynb", known, 3)


def test_no_line_is_the_whole_cell() -> None:
    assert Cell("hw1.py", "x").at(None) == Where("hw1.py")

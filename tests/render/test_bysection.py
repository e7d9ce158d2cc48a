"""Reports as CSV."""

from __future__ import annotations

import csv
import io

from grader.render.bysection import by_section
from grader.report.report import Report
from tests.samples import MIXED_REPORT, UNGRADABLE_REPORT


def test_csv_has_a_row_for_each_section() -> None:
    rows = list(csv.DictReader(io.StringIO(by_section([MIXED_REPORT, UNGRADABLE_REPORT]).removeprefix("\ufeff"))))
    assert [list(row.values()) for row in rows] == [
        ["kim", "hw1", "mse_loss", "2", "4.5", "44", "3", "1", "true"],
        ["kim", "hw1", "l1_loss", "0", "4", "0", "2", "0", "true"],
        ["lee", "hw1", "mse_loss", "2", "4", "50", "2", "1", "false"],
    ]


def test_no_formula_in_csv(hostile: Report) -> None:
    rows = list(csv.reader(io.StringIO(by_section([hostile]).removeprefix("\ufeff"))))
    assert len(rows) == 1 + len(hostile.sections)
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row if cell)

"""No cell of a CSV becomes a formula or speaks to a terminal."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.render.sheet import BOM, by_section, decimal, out_of, safe, sheet
from grader.report.report import Report
from tests.samples import MIXED_REPORT, UNGRADABLE_REPORT


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("https://example.org","kim")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠x",
        "＋1", "－1", "\u200b=1", "'=1", '"=1',
    ],
)  # fmt: skip
def test_what_would_be_a_formula_is_text(cell: str) -> None:
    assert safe(cell).startswith("'")


@pytest.mark.parametrize("cell", ["kim", "김민수", "a=b", "kim-d2d", "3 more (hw3 58 %)", "", "김🙂"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert safe(cell) == cell


@given(st.text())
def test_every_text(cell: str) -> None:
    shown = safe(cell)
    assert shown[:1] not in tuple("=+-@\t\r\n")
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)
    assert "\x1b" not in shown
    (row,) = csv.reader(io.StringIO(sheet(["x"], [[cell]], bom=False).split("\r\n", 1)[1], newline=""))
    assert row == [shown] or (row == [] and not shown)


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert len(safe("x" * 10_000)) == 300


def test_the_file() -> None:
    text = sheet(["member", "score"], [["김", 41], ["=1", None], ['a"b,c', -3]])
    assert text == BOM + 'member,score\r\n김,41\r\n\'=1,\r\n"a""b,c",-3\r\n'


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(41), 41),
        (Fraction(7, 2), "3.5"),
        (Fraction(10, 3), "3.3333"),
        (Fraction(0), 0),
        (Fraction(1, 16), "0.0625"),
    ],
)
def test_points_are_numbers_and_no_dates(points: Fraction, shown: object) -> None:
    assert decimal(points) == shown


def test_points_of_points_are_no_riddle() -> None:
    assert out_of(Fraction(5, 2), Fraction(3)) == "2.5/3"
    assert out_of(Fraction(1, 3), Fraction(41, 2)) == "0.3333/20.5"


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

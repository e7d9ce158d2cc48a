"""Feedback in a notebook's cells."""

from __future__ import annotations

from grader.render.cellnotes import above, below
from grader.report.report import Note, Report, Where
from tests.samples import MIXED_REPORT


def test_the_score_is_above_and_a_section_below_its_cell() -> None:
    first, second = MIXED_REPORT.sections
    top = above(MIXED_REPORT, [second], [])
    assert top.startswith("## d2d · hw1 · Losses")
    assert "`l1_loss`" in top
    cell = below([first], [Note("cell", "Set aside.", Where("kim.ipynb", cell=7, line=4))])
    assert "`mse_loss`" in cell
    assert "- **d2d** · `[7]:4` Set aside" in cell


def test_hostile_text_makes_no_heading(hostile: Report) -> None:
    text = above(hostile, hostile.sections, hostile.notes)
    assert sum(line.startswith("#") for line in text.splitlines()) == 1

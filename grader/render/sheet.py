"""CSV files that are safe to open: no cell is a formula, and no cell can control a terminal.

Names come from students. A spreadsheet evaluates a cell that begins with `=`, `+`, `-` or `@`, also after a tab or a
line end. Such a cell gets an apostrophe in front, which makes it text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from grader.clean import inline
from grader.report.report import Report, Verdict

# The wide forms too: a Korean or Japanese Excel takes them for the narrow ones.
_DANGEROUS = frozenset("=+-@\t\r\n＝＋－﹣−＠")
_MOST = 300
BOM = "\ufeff"
_HEAD = ["member", "assignment", "section", "points", "max_points", "percent", "cases", "cases_passed", "complete"]

SheetValue = str | int | None


def safe(text: str) -> str:
    """`text` as a cell that is text: one line, nothing that a terminal or a spreadsheet obeys."""
    shown = inline(text, _MOST)
    dangerous = shown.lstrip("'\" ")[:1] in _DANGEROUS or text[:1] in _DANGEROUS
    return "'" + shown if shown and dangerous else shown


def decimal(points: Fraction) -> str | int:
    """Points as a spreadsheet reads a number; `7/2` would become the second of July."""
    if points.denominator == 1:
        return points.numerator
    ten_thousandths = round(points * 10_000)
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04}".rstrip("0")


def out_of(points: Fraction, most: Fraction) -> str:
    """`2.5/3`: points of the most that there are; of two fractions nobody could read which slash is which."""
    return f"{decimal(points)}/{decimal(most)}"


def sheet(head: Sequence[str], rows: Iterable[Sequence[SheetValue]], *, bom: bool = True) -> str:
    """A CSV file; with the byte-order mark by which Excel knows that it is UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in (head, *rows):
        writer.writerow([safe(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return (BOM if bom else "") + buffer.getvalue()


def by_section(reports: Iterable[Report]) -> str:
    """Reports as CSV: a row for each section of each report."""
    return sheet(_HEAD, (row for report in reports for row in _rows(report)))


def _rows(report: Report) -> Iterator[list[SheetValue]]:
    for section in report.sections:
        verdicts = [case.verdict for case in section.cases]
        yield [
            report.member,
            report.assignment,
            section.name,
            decimal(section.points),
            decimal(section.max_points),
            int(100 * section.points / section.max_points) if section.max_points else 0,
            len(verdicts),
            verdicts.count(Verdict.PASSED),
            str(Verdict.UNGRADABLE not in verdicts).lower(),
        ]

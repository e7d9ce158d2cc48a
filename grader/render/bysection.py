"""Reports as CSV: a row for each section of each report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.report.report import Report, Verdict
from grader.report.sheet import SheetValue, decimal, sheet

_HEAD = ["member", "assignment", "section", "points", "max_points", "percent", "cases", "cases_passed", "complete"]


def by_section(reports: Iterable[Report]) -> str:
    """The text of the CSV file."""
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

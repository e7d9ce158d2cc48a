"""What a run writes for the class as a whole: `summary.csv`, a page for the staff, and a page for each member.

The staff's page says who stands where, what is hard, and who is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from grader.assignment.manifest import Assignment
from grader.files import write_whole
from grader.grading.batch import EntryResult
from grader.grading.cohort import Cohort
from grader.grading.folder import ReportFolder
from grader.render.templating import framed
from grader.report.summary import SummaryRow, summary

PAGES = "pages"  # the folder of members' pages, beside `reports`
_HARDEST = 10
_STEPS = 10  # of colour in the heat map


def write_class(
    folder: ReportFolder,
    assignment: Assignment,
    results: Sequence[EntryResult],
    roster: Sequence[str] | None,
    *,
    pages: bool,
) -> None:
    """Write the files for whoever has a report in the folder, an entry without a report, or a line in the roster."""
    rows: dict[str, SummaryRow | None] = {member: kept.row for member, kept in folder.before.items()}
    rows |= {result.member: result.row for result in results}
    write_whole(folder.folder / "summary.csv", summary(assignment.id, list(assignment.sections), sorted(rows.items())))
    missing = {member: "" for member in roster or () if member not in rows}
    failed = [result for result in results if result.row is None]
    missing |= {result.member: result.trouble.what if result.trouble else "" for result in failed}
    graded = [row for row in rows.values() if row is not None]
    if pages:
        _write_pages(folder, [row.member for row in graded])
    cohort = Cohort.of(assignment.id, assignment.title, assignment.pass_percent, graded, missing)
    write_whole(folder.folder / "index.html", class_page(cohort, pages=PAGES if pages else None))


def _write_pages(folder: ReportFolder, members: Sequence[str]) -> None:
    """Write a page for each member with everything in it, since it is the staff that opens it."""
    from grader.render.page import report_page

    for member in members:
        write_whole(folder.folder / PAGES / f"{member}.html", report_page(folder.document(member).report))


def class_page(cohort: Cohort, *, reports: str = "reports", pages: str | None = None) -> str:
    """The page. `reports` and `pages` are folders beside it: NAME.json in the one, NAME.html in the other, if any."""
    return framed(
        "grading/classpage.html",
        styles=["render/templates/members.css", "grading/classpage.css"],
        scripts=["render/templates/members.js"],
        cohort=cohort,
        hardest=[case for case in cohort.cases if case.lost][:_HARDEST],
        heat=_heat(cohort),
        link=_link(reports, pages),
    )


def _heat(cohort: Cohort) -> Callable[[SummaryRow, str], int | None]:
    """The step of colour of a member's section; None where there is no such section in the report."""

    def step(row: SummaryRow, section: str) -> int | None:
        most = cohort.sections[section]
        if section not in row.sections or not most:
            return None
        return int(_STEPS * row.sections[section] / most)

    return step


def _link(reports: str, pages: str | None) -> Callable[[str], dict[str, Any]]:
    """Where a member's report and page are, relative to this page: no name can lead elsewhere."""

    def link(member: str) -> dict[str, Any]:
        name = quote(member, safe="")
        return {
            "report": f"{quote(reports)}/{name}.json",
            "page": None if pages is None else f"{quote(pages)}/{name}.html",
        }

    return link

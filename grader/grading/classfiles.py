"""What a run writes for the class as a whole: `summary.csv`, `index.html`, and a page for each member."""

from __future__ import annotations

from collections.abc import Sequence

from grader.assignment.manifest import Assignment
from grader.files import write_whole
from grader.grading.batch import EntryResult
from grader.grading.classpage import class_page
from grader.grading.cohort import Cohort
from grader.grading.folder import ReportFolder
from grader.report.reader import read_file
from grader.report.summary import Row, summary

PAGES = "pages"  # the folder of members' pages, beside `reports`


def write_class(
    folder: ReportFolder,
    assignment: Assignment,
    results: Sequence[EntryResult],
    roster: Sequence[str] | None,
    *,
    pages: bool,
) -> None:
    """Write the files for whoever has a report in the folder, an entry without a report, or a line in the roster."""
    rows: dict[str, Row | None] = {member: kept.row for member, kept in folder.before.items()}
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
        write_whole(folder.folder / PAGES / f"{member}.html", report_page(read_file(folder.path(member)).report))

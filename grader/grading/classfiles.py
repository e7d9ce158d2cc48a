"""What a run writes beside its reports: `summary.csv`, a page for the staff, and a page or a notebook for each member.

The staff's page says who stands where, what is hard, and who is missing. A notebook is a member's work with the
feedback in it, as far as the course lets members see hidden cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grader.apart import Apart
from grader.assignment.manifest import Assignment
from grader.boundary import TakeTrouble, one_member
from grader.course.course import Term
from grader.errors import UsageError
from grader.files import write_whole
from grader.grading.batch import EntryResult
from grader.grading.cohort import Cohort, SummaryRow, summary
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.i18n import _

if TYPE_CHECKING:
    from grader.gradebook.book import Gradebook

PAGES = "pages"  # the folder of members' pages, beside `reports`
_MEMBER = "{member}"
_NOTEBOOK_SECONDS = 60  # of a processor, for one member; a long one with pictures takes five as a page
_HARDEST = 10
_STEPS = 10  # of colour in the heat map


def write_class(
    folder: ReportFolder,
    assignment: Assignment,
    results: Sequence[EntryResult],
    roster: Sequence[str] | None,
    take: TakeTrouble,
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
    cohort = Cohort.of(assignment.id, assignment.title, assignment.pass_percent, graded, missing)
    write_whole(folder.folder / "index.html", class_page(cohort, pages=PAGES if pages else None))
    from grader.render.page import report_page

    for row in graded if pages else ():  # with everything in them, since it is the staff that opens them
        with one_member(row.member, take):
            text = report_page(folder.document(row.member).report)
            write_whole(folder.folder / PAGES / f"{row.member}.html", text)


def class_page(cohort: Cohort, *, reports: str = "reports", pages: str | None = None) -> str:
    """The page. `reports` and `pages` are folders beside it: NAME.json in the one, NAME.html in the other, if any."""
    from grader.render.page import framed  # not before there is a page to write: Jinja takes long to load

    return framed(
        "grading/classpage.html",
        styles=["render/templates/members.css", "grading/classpage.css"],
        scripts=["render/templates/members.js"],
        cohort=cohort,
        hardest=[case for case in cohort.cases if case.lost][:_HARDEST],
        heat=partial(_heat, cohort),
        link=partial(_link, reports, pages),
    )


def _heat(cohort: Cohort, row: SummaryRow, section: str) -> int | None:
    """The step of colour of a member's section; None where there is no such section in the report."""
    most = cohort.sections[section]
    return int(_STEPS * row.sections[section] / most) if section in row.sections and most else None


def _link(reports: str, pages: str | None, member: str) -> dict[str, Any]:
    """Where a member's report and page are, relative to this page: no name can lead elsewhere."""
    name = quote(member, safe="")
    page = None if pages is None else f"{quote(pages)}/{name}.html"
    return {"report": f"{quote(reports)}/{name}.json", "page": page}


def demand_targets(pattern: Path, entries: Sequence[Entry]) -> None:
    """Complain of a name that can't be written to, or that several members would share, before anything is judged."""
    if len(entries) > 1 and _MEMBER not in str(pattern):
        hint = _("For example: {name}.").format(name=pattern.with_stem(_MEMBER))
        raise UsageError(_("Several were handed in: the name needs {member} in it."), where=pattern, hint=hint)
    from grader.render.notebook import check_target

    for entry in entries:
        check_target(_target(pattern, entry.member), entry.path)


def write_notebooks(
    pattern: Path,
    folder: ReportFolder,
    assignment: Assignment,
    term: Term,
    results: Iterable[tuple[Entry, EntryResult]],
    take: TakeTrouble,
    book: Gradebook | None = None,
) -> None:
    """Write the notebook of each entry that has a report, with what its member may see of it by the gradebook."""
    from grader.gradebook.feedback import feedback_now
    from grader.render.notebook import write_feedback

    now = datetime.now(timezone.utc)
    with Apart(_NOTEBOOK_SECONDS) as apart:
        for entry in (entry for entry, result in results if result.row is not None):
            with one_member(entry.member, take):
                report, _held = feedback_now(folder.document(entry.member).report, term, now, book)
                target = _target(pattern, entry.member)
                target.parent.mkdir(parents=True, exist_ok=True)
                apart.call(write_feedback, report, entry.path, assignment, target)


def _target(pattern: Path, member: str) -> Path:
    return Path(str(pattern).replace(_MEMBER, member))

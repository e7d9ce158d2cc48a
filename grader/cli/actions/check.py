"""`d2d actions check`: a member's repository by the public cases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.cli.app import error_text
from grader.cli.check import exit_code
from grader.cli.options import common, course_of
from grader.cli.paper import table
from grader.course.course import Course
from grader.door import open_judge
from grader.errors import ALL_PASSED, BadInputError, D2DError
from grader.files import read_submitted
from grader.github.job import add_summary
from grader.github.log import complaints, feedback_note, give, stopped
from grader.i18n import _
from grader.intake.notebook import line_in_file
from grader.intake.read import read_submission
from grader.intake.text import decode_text
from grader.render.markdown import block, code, escaped, markdown
from grader.report.report import Report, Verdict, Where
from grader.report.sheet import out_of

_LONGEST = 900_000  # a job's summary holds a megabyte; GitHub drops all of a longer one


@dataclass(frozen=True)
class _Checked:
    """What came of checking one assignment: a report, or why there is none."""

    assignment: str
    code: int
    report: Report | None = None
    trouble: str = ""

    @property
    def begun(self) -> bool:
        untouched = (Verdict.MISSING, Verdict.SKIPPED)
        return self.report is None or any(case.verdict not in untouched for case in self.report.cases)


@click.command("check", help=_("Check what a repository has of each assignment: summary, annotations, exit status."))
@click.argument("hws", nargs=-1, metavar="[HW]...")
@common
def check_job(hws: tuple[str, ...], **options: Any) -> None:
    """Check a member's repository by the public cases."""
    course = course_of(options)
    for hw in set(hws) - set(course.ids()):
        course.assignment(hw)  # says what might have been meant
    results = [_checked(course, hw) for hw in hws or course.ids()]
    if not add_summary(summary := _markdown(results)):
        click.echo(summary)
    with stopped(sys.stdout):
        click.echo(_shown(results))
    for result in results:
        if result.report is not None and result.begun:
            for line in complaints(result.report, lambda where: _located(course.folder, where)):
                give(sys.stdout, line)
    raise SystemExit(max((result.code for result in results if result.begun), default=ALL_PASSED))


def _checked(course: Course, hw: str) -> _Checked:
    """Judge what the repository has of one assignment."""
    try:
        assignment = course.assignment(hw)
        with open_judge(assignment) as judge:
            report = judge(read_submission(course.folder, assignment.id, assignment.asked))
    except D2DError as error:
        return _Checked(hw, error.exit_code, trouble=error_text(error))
    return _Checked(hw, exit_code(report), report)


def _markdown(results: Sequence[_Checked]) -> str:
    parts = [f"> {escaped(feedback_note())}\n\n"]
    room = _LONGEST // max(len(results), 1)
    for result in results:
        if result.report is None:
            parts.append(f"## {code(result.assignment)}\n\n{escaped(_('This could not be checked.'))}\n\n")
            parts.append(block(result.trouble, 2000) + "\n\n")
        elif result.begun:
            parts.append(markdown(result.report, longest=room) + "\n")
    if waiting := [code(result.assignment) for result in results if not result.begun]:
        parts.append(f"{escaped(_('Not begun yet:'))} {', '.join(waiting)}\n")
    return "".join(parts)


def _shown(results: Sequence[_Checked]) -> str:
    rows = [_cells(result) for result in results]
    return table(["", _("assignment"), _("points"), ""], rows) + "\n\n" + feedback_note()


def _cells(result: _Checked) -> tuple[str, str, str, str]:
    report = result.report
    if report is None:
        return "!", result.assignment, "–", result.trouble.partition("\n")[0]
    if not result.begun:
        return "·", result.assignment, "–", _("not begun yet")
    mark = "✓" if report.all_passed else "✗"
    return mark, result.assignment, out_of(report.score, report.max_score), f"{report.percent} %"


def _located(folder: Path, where: Where) -> tuple[str, int | None]:
    """The file and line that GitHub puts an annotation at: in a notebook, the line of its file."""
    if where.cell is None or where.line is None:
        return where.file, where.line
    try:
        text = decode_text(read_submitted(folder / where.file, follow=False), where.file)
        return where.file, line_in_file(text, where.cell, where.line)
    except BadInputError:
        return where.file, None

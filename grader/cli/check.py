"""`d2d check`: a member's own work by the public cases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import Assignment
from grader.clean import printable
from grader.cli.app import print_error
from grader.cli.options import FILE, JSON_OPTION, PATH, common, course_of
from grader.cli.paper import dumped, write_out
from grader.cli.streams import reader_has_left
from grader.course.course import Course
from grader.door import open_judge
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, OUR_FAULT, D2DError
from grader.files import append, write_whole
from grader.i18n import _
from grader.intake import Submission
from grader.intake.read import read_within_limits, state_of, wait_for_save
from grader.report.report import Note, Report, Verdict, Where

_Judging = Callable[[Submission], Report]


@dataclass(frozen=True)
class _Outputs:
    """Where the report of a check goes."""

    json_file: str | None
    html_file: Path | None
    notebook: Path | None
    fragment: bool
    color: bool

    def demand(self, file: Path) -> None:
        """Complain of a file that can't be written before anything is judged."""
        if self.notebook is not None:
            from grader.render.notebook import check_target

            check_target(self.notebook, file)
        for name in (self.json_file, self.html_file, self.notebook):
            if name not in (None, "-"):
                append(Path(str(name)), "")

    def give(self, report: Report, file: Path, assignment: Assignment) -> int:
        """Write and print the report; its exit code."""
        if self.html_file is not None:
            from grader.render.page import fragment, report_page

            write_whole(self.html_file, fragment(report) if self.fragment else report_page(report))
        if self.notebook is not None:
            from grader.render.notebook import write_feedback

            write_feedback(report, file, assignment, self.notebook)
        if self.json_file is not None:
            write_out(dumped(report.as_json()), self.json_file)
        if self.json_file != "-":
            from rich.console import Console

            from grader.render.terminal import print_report

            print_report(report, Console(no_color=not self.color, highlight=False, soft_wrap=False))
        return exit_code(report)


@click.command()
@click.argument("hw")
@click.argument("path", required=False, type=PATH)
@JSON_OPTION
@click.option("--html", "html_file", type=FILE, metavar="FILE", help=_("Write the report as a page for the browser."))
@click.option(
    "--notebook",
    metavar="FILE",
    type=FILE,
    help=_("Write your notebook with the feedback below its cells (.ipynb, or .html to read)."),
)
@click.option("--fragment", is_flag=True, hidden=True)  # of the page only what a notebook's cell takes
@click.option(
    "--case", "pattern", metavar="PATTERN", help=_("Only the cases whose name has this in it, and what they need.")
)
@click.option("--watch", is_flag=True, help=_("Judge again whenever the file is saved."))
@common
def check_command(hw: str, path: Path | None, pattern: str | None, watch: bool, **options: Any) -> None:
    """Judge PATH by the public cases."""
    course = course_of(options)
    assignment = course.assignment(hw)
    file = path or default_path(assignment)
    color = not options["no_color"]
    outputs = _Outputs(options["json_file"], options["html_file"], options["notebook"], options["fragment"], color)
    outputs.demand(file)
    if not watch:
        read_within_limits(
            file, assignment.id, assignment.asked
        )  # what can't be read is said before anything is started
    with open_judge(assignment, pattern) as judge:
        judging = _telling_of_others(judge, course, assignment)
        code = (_watch if watch else _once)(judging, assignment, file, outputs)
    raise SystemExit(code)


def default_path(assignment: Assignment) -> Path:
    """The member's file in the current folder, else the assignment's stub."""
    here = Path.cwd()
    files = (here / f"{assignment.id}.py", here / f"{assignment.id}.ipynb", assignment.stub)
    return next((file for file in files if file.is_file()), here)


def _telling_of_others(judge: _Judging, course: Course, assignment: Assignment) -> _Judging:
    """Judges likewise, and says of a file with nothing in it that is asked for if it is another assignment's."""

    def judging(submission: Submission) -> Report:
        report = judge(submission)
        if any(case.verdict not in (Verdict.MISSING, Verdict.SKIPPED) for case in report.cases):
            return report
        other = _other_assignment(submission, course, assignment)
        if other is None:
            return report
        text = _("This looks like {other}: it defines what {other} asks for. Check it with: d2d check {other} {file}")
        note = Note("other-assignment", text.format(other=other, file=submission.file), Where(submission.file))
        return replace(report, notes=(note, *report.notes))

    return judging


def _other_assignment(submission: Submission, course: Course, assignment: Assignment) -> str | None:
    """The assignment of the course to which the definitions of a submission belong, and none of them to this one."""
    from grader.intake.choice import defined_names

    defined = defined_names(submission.cells)
    common = {assignment.id: len(defined.intersection(assignment.asked))}
    for other in course.ids():
        with suppress(D2DError):  # one that is not whole is none that could be checked
            common[other] = len(defined.intersection(course.assignment(other).asked))
    best = max(common, key=lambda name: common[name])
    return best if common[assignment.id] == 0 and common[best] > 1 else None


def _once(judge: _Judging, assignment: Assignment, file: Path, outputs: _Outputs) -> int:
    return outputs.give(judge(read_within_limits(file, assignment.id, assignment.asked)), file, assignment)


def _watch(judge: _Judging, assignment: Assignment, file: Path, outputs: _Outputs) -> int:
    """Judge at every save until Ctrl-C, or until nobody reads it; the exit code is that of the last report."""
    code = ALL_PASSED
    try:
        while True:
            before = state_of(file)
            if sys.stdout.isatty():
                click.clear()
            try:
                code = _once(judge, assignment, file, outputs)
            except D2DError as error:  # an editor may have half written it: the next save tells
                print_error(error)
            if reader_has_left():
                return code
            click.echo(_("Watching {file}. Ctrl-C ends it.").format(file=printable(file.name)), err=True)
            wait_for_save(file, before)
    except KeyboardInterrupt:
        return code


def exit_code(report: Report) -> int:
    """0 all passed, 1 not all passed, 3 something of ours failed."""
    if report.complete:
        return ALL_PASSED if report.all_passed else NOT_ALL_PASSED
    return OUR_FAULT

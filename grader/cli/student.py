"""Commands for members."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.app import common, show
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, OUR_FAULT, D2DError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.assignment.manifest import Assignment
    from grader.door import Checker
    from grader.report.report import Report

_LOOK_SECONDS = 0.002  # how often --watch looks at the file: a save is noticed before the eye is back on the terminal


@dataclass(frozen=True)
class Wanted:
    """What is to be shown of a check, and where."""

    json_file: str | None
    html_file: str | None
    notebook: Path | None
    fragment: bool
    color: bool
    pattern: str | None
    watch: bool


@click.command(help=_("Judge your own work by the public cases."))
@click.argument("hw")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write the report as JSON; - prints nothing else."))
@click.option("--html", "html_file", metavar="FILE", help=_("Write the report as a page for the browser."))
@click.option(
    "--notebook",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Write your notebook with the feedback below its cells (.ipynb, or .html to read)."),
)
@click.option("--fragment", is_flag=True, hidden=True)  # of the page only what a notebook's cell takes
@click.option(
    "--case",
    "pattern",
    metavar="PATTERN",
    help=_("Only the cases whose name has this in it, and what they need."),
)
@click.option("--watch", is_flag=True, help=_("Judge again whenever the file is saved."))
@common
def check(hw: str, path: Path | None, pattern: str | None, watch: bool, **options: Any) -> None:
    """Judge PATH by the public cases."""
    wanted = Wanted(
        json_file=options["json_file"],
        html_file=options["html_file"],
        notebook=options["notebook"],
        fragment=options["fragment"],
        color=not options["no_color"],
        pattern=pattern,
        watch=watch,
    )
    from grader.course.course import find_course

    assignment = find_course(Path.cwd(), options["course"]).assignment(hw)
    file = path or default_path(assignment)
    if wanted.notebook is not None:
        from grader.render.notebook import check_target

        check_target(wanted.notebook, file)
    for name in (wanted.json_file, wanted.html_file, wanted.notebook):
        if name not in (None, "-"):
            writable(Path(str(name)))
    if not watch:
        from grader.intake.read import read

        read(file, assignment.id, assignment.asked)  # what can't be read is said before anything is started
    from grader.door import Checker

    with Checker(assignment, pattern) as checker:
        code = _watch(checker, assignment, file, wanted) if watch else _once(checker, assignment, file, wanted)
    raise SystemExit(code)


def writable(file: Path) -> None:
    """Complain of a file that can't be written before anything is judged, not after."""
    from grader.files import append

    append(file, "")


def default_path(assignment: Assignment) -> Path:
    """What lies in the current folder, else in the assignment's."""
    here = Path.cwd()
    for suffix in (".py", ".ipynb"):
        if (here / f"{assignment.id}{suffix}").is_file():
            return here / f"{assignment.id}{suffix}"
    return assignment.stub if assignment.stub.is_file() else here


def _once(checker: Checker, assignment: Assignment, file: Path, wanted: Wanted) -> int:
    from grader.intake.read import read

    report = checker.judge(read(file, assignment.id, assignment.asked))
    from grader.cli.paper import dumped

    text = dumped(report.as_json())
    if wanted.html_file is not None:
        from grader.render.page import fragment, report_page

        Path(wanted.html_file).write_text(fragment(report) if wanted.fragment else report_page(report), "utf-8")
    if wanted.notebook is not None:
        from grader.render.notebook import write_feedback

        write_feedback(report, file, assignment, wanted.notebook)
    if wanted.json_file == "-":
        sys.stdout.write(text)
        return exit_code(report)
    if wanted.json_file is not None:
        Path(wanted.json_file).write_text(text, "utf-8")
    _console_show(report, wanted)
    return exit_code(report)


def _watch(checker: Checker, assignment: Assignment, file: Path, wanted: Wanted) -> int:
    """Judge at every save until Ctrl-C."""
    from grader.clean import printable
    from grader.intake.read import read

    code = ALL_PASSED
    try:
        while True:
            before = _state(file)
            if sys.stdout.isatty():
                click.clear()
            try:
                report = checker.judge(read(file, assignment.id, assignment.asked))
                _console_show(report, wanted)
                code = exit_code(report)
            except D2DError as error:  # an editor may have half written it: the next save tells
                show(error)
            click.echo(_("Watching {file}. Ctrl-C ends it.").format(file=printable(file.name)), err=True)
            _wait_for_save(file, before)
    except KeyboardInterrupt:
        return code


def _wait_for_save(file: Path, before: object) -> None:
    """Return once the file is another and stays as it is for a moment: an editor empties it before it writes."""
    now = before
    while now == before:
        time.sleep(_LOOK_SECONDS)
        now = _state(file)
    settled = False
    while not settled:
        time.sleep(_LOOK_SECONDS)
        later = _state(file)
        settled, now = later == now, later


def _state(path: Path) -> object:
    """What changes whenever the work is saved, also by editors that write a new file in its place."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        found = [(file.name, file.stat()) for file in files]
    except OSError:  # an editor is just putting its new file in place of the old
        return None
    return [(name, now.st_mtime_ns, now.st_size, now.st_ino) for name, now in found]


def _console_show(report: Report, wanted: Wanted) -> None:
    from rich.console import Console

    from grader.render.terminal import print_report

    print_report(report, Console(no_color=not wanted.color, highlight=False, soft_wrap=False))


def exit_code(report: Report) -> int:
    """0 all passed, 1 not all passed, 3 something of ours failed."""
    if not report.complete:
        return OUR_FAULT
    return ALL_PASSED if report.all_passed else NOT_ALL_PASSED

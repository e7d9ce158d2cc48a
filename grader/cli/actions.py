"""`d2d actions`: what the workflows do. They have no logic of their own; this is it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of
from grader.cli.paper import table
from grader.cli.staff import collect, publish
from grader.errors import ALL_PASSED, BAD_INPUT, OUR_FAULT, BadInputError
from grader.files import append
from grader.i18n import _, language

if TYPE_CHECKING:
    from grader.report.report import Report, Where

_LONGEST = 900_000  # a job's summary holds a megabyte; GitHub drops all of a longer one


@dataclass(frozen=True)
class Checked:
    """What came of checking one assignment: a report, or why there is none."""

    assignment: str
    code: int
    report: Report | None
    said: str = ""

    @property
    def begun(self) -> bool:
        from grader.report.report import Verdict

        untouched = (Verdict.MISSING, Verdict.SKIPPED)
        return self.report is None or any(case.verdict not in untouched for case in self.report.cases)


@click.group(help=_("What the workflows of GitHub Actions run."))
def actions_command() -> None:
    """The commands below it."""


actions_command.add_command(collect)
actions_command.add_command(publish)


@actions_command.command(help=_("Check what a repository has of each assignment: summary, annotations, exit status."))
@click.argument("hws", nargs=-1, metavar="[HW]...")
@common
def check(hws: tuple[str, ...], **options: Any) -> None:
    """Check a member's repository by the public cases."""
    from grader.github.log import complaints, give, stopped

    course = course_of(options)
    for hw in set(hws) - set(course.ids()):
        course.assignment(hw)  # says what might have been meant
    checked = [_checked(course.folder, hw) for hw in hws or course.ids()]
    _write_summary(_markdown(checked))
    with stopped(sys.stdout):
        click.echo(_shown(checked))
    for each in checked:
        if each.report is not None and each.begun:
            for line in complaints(each.report, lambda where: _located(course.folder, where)):
                give(sys.stdout, line)
    raise SystemExit(max((each.code for each in checked if each.begun), default=ALL_PASSED))


def _checked(folder: Path, assignment: str) -> Checked:
    """Run the very command that a person runs, in a process of its own: each collects its cases anew."""
    import subprocess

    from grader.clean import printable
    from grader.report.reader import read_bytes

    environment = {key: value for key, value in os.environ.items() if key != "GITHUB_ACTIONS"}
    done = subprocess.run(  # noqa: S603 — this program itself, and the name of an assignment that the course has
        [sys.executable, "-m", "grader", "check", assignment, ".", "--json", "-", "--lang", language()],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    said = printable(done.stderr.decode("utf-8", "replace"), 2000).strip()
    if done.returncode in (BAD_INPUT, OUR_FAULT) and not done.stdout:
        return Checked(assignment, done.returncode, None, said)
    try:
        return Checked(assignment, done.returncode, read_bytes(done.stdout, assignment).report)
    except BadInputError as error:
        return Checked(assignment, OUR_FAULT, None, f"{error.what} {said}".strip())


def _write_summary(text: str) -> None:
    """To the file that the runner shows as the job's summary; without a runner, to standard output."""
    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        click.echo(text)
        return
    append(Path(name), text)


def _markdown(checked: Sequence[Checked]) -> str:
    from grader.github.log import feedback_note
    from grader.render.markdown import block, code, escaped, markdown

    parts = [f"> {escaped(feedback_note())}\n\n"]
    waiting = [each.assignment for each in checked if not each.begun]
    room = _LONGEST // max(len(checked), 1)
    for each in checked:
        if each.report is None:
            parts.append(f"## {code(each.assignment)}\n\n{escaped(_('This could not be checked.'))}\n\n")
            parts.append(block(each.said, 2000) + "\n\n")
        elif each.begun:
            parts.append(markdown(each.report, longest=room) + "\n")
    if waiting:
        names = ", ".join(map(code, waiting))
        parts.append(f"{escaped(_('Not begun yet:'))} {names}\n")
    return "".join(parts)


def _shown(checked: Sequence[Checked]) -> str:
    rows = []
    for each in checked:
        if each.report is None:
            rows.append(["!", each.assignment, "–", each.said.partition("\n")[0]])
        elif not each.begun:
            rows.append(["·", each.assignment, "–", _("not begun yet")])
        else:
            report = each.report
            mark = "✓" if report.all_passed else "✗"
            rows.append([mark, each.assignment, f"{report.score}/{report.max_score}", f"{report.percent} %"])
    from grader.github.log import feedback_note

    return table(["", _("assignment"), _("points"), ""], rows) + "\n\n" + feedback_note()


def _located(folder: Path, where: Where) -> tuple[str, int | None]:
    """The file and line that GitHub puts an annotation at: in a notebook, the line of its file."""
    if where.cell is None or where.line is None:
        return where.file, where.line
    from grader.files import read_submitted
    from grader.intake.notebook import line_in_file
    from grader.intake.text import decode

    try:
        text = decode(read_submitted(folder / where.file, follow=False), where.file)
        return where.file, line_in_file(text, where.cell, where.line)
    except BadInputError:
        return where.file, None

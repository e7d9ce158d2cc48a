"""`d2d actions`: what the workflows of GitHub Actions run."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import assignment_order
from grader.cli.app import Troubles, error_text
from grader.cli.check import exit_code
from grader.cli.collect import ALLOW, ROSTER_OPTION, collected_table, fetch_limits
from grader.cli.options import FOLDER, STATE_OPTION, common, course_of, open_book
from grader.cli.paper import say, table, whoami
from grader.course.course import Course
from grader.course.roster import read_roster
from grader.door import open_judge
from grader.errors import ALL_PASSED, OUR_FAULT, BadInputError, D2DError, UsageError
from grader.files import read_submitted
from grader.github.collect import CollectOrder, add_snapshot, collect_all
from grader.github.collected import (
    COLLECTED_FILE,
    HEADS_FILE,
    CollectedFolder,
    due_assignments,
    json_digest,
    matrix_shards,
    read_collection,
    snapshot_for,
)
from grader.github.git import host
from grader.github.log import add_summary, complaints, feedback_note, give, set_output, stopped
from grader.github.publish import CheckedReport, Key, checked_reports, posts, tell
from grader.gradebook.feedback import feedback_now
from grader.i18n import _, ngettext
from grader.intake.notebook import line_in_file
from grader.intake.read import read_within_limits
from grader.intake.text import decode_text
from grader.render.markdown import block, code, escaped, markdown
from grader.render.sheet import out_of
from grader.report.report import Report, Verdict, Where
from grader.report.signature import read_public_key

_LONGEST = 900_000  # characters of a job's summary, which holds a megabyte; GitHub drops all of a longer one
_BOOK, _PUBLISHED = "gradebook.sqlite", "published.json"


@click.group()
def actions_command() -> None:
    """The jobs below it."""


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


@actions_command.command(
    "check", help=_("Check what a repository has of each assignment: summary, annotations, exit status.")
)
@click.argument("hws", nargs=-1, metavar="[HW]...")
@common
def _check(hws: tuple[str, ...], **options: Any) -> None:
    """Check a member's repository by the public cases."""
    course = course_of(options)
    for hw in set(hws) - set(course.ids()):
        course.assignment(hw)  # says what might have been meant
    results = [_checked(course, hw) for hw in hws or course.ids()]
    if not add_summary(summary := _markdown(results)):
        click.echo(summary)
    with stopped(sys.stdout):
        rows = list(map(_cells, results))
        click.echo(table(["", _("assignment"), _("points"), ""], rows) + "\n\n" + feedback_note())
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
            report = judge(read_within_limits(course.folder, assignment.id, assignment.asked))
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


def _cells(result: _Checked) -> tuple[str, str, str, str]:
    report = result.report
    if report is None:
        return "!", result.assignment, "–", result.trouble.partition("\n")[0]
    if not result.begun:
        return "·", result.assignment, "–", _("not begun yet")
    points = out_of(report.score, report.max_score)
    return "✓" if report.all_passed else "✗", result.assignment, points, f"{report.percent} %"


def _located(folder: Path, where: Where) -> tuple[str, int | None]:
    """The file and line that GitHub puts an annotation at: in a notebook, the line of its file."""
    if where.cell is None or where.line is None:
        return where.file, where.line
    try:
        text = decode_text(read_submitted(folder / where.file, follow=False), where.file)
        return where.file, line_in_file(text, where.cell, where.line)
    except BadInputError:
        return where.file, None


@actions_command.command("collect", help=_("Take a snapshot, collect what is due, and say what there is to judge."))
@ROSTER_OPTION
@STATE_OPTION
@click.option("--out", type=FOLDER, required=True, help=_("Folder for what is collected, one below it for each HW."))
@click.option("--hw", default="", help=_("This assignment; without it, those whose deadline is not long past."))
@click.option("--allow", multiple=True, envvar=ALLOW, hidden=True)
@common
def _collect(roster: Path, state: Path, out: Path, hw: str, allow: tuple[str, ...], **options: Any) -> None:
    """Collect what the other jobs judge and publish."""
    course = course_of(options)
    term, now = course.term, datetime.now(timezone.utc)
    people = tuple(read_roster(roster).people)
    bounds = fetch_limits(120, 512, allow)
    known = add_snapshot(state / HEADS_FILE, out / HEADS_FILE, people, bounds, 4)
    matrix = []
    for id_ in [course.assignment(hw).id] if hw else due_assignments(course, term, now):
        moment = term.closed_at(id_, now)
        snapshot = None if moment is None else snapshot_for(known, moment)
        if snapshot is not None:
            say(f"{id_}: " + _("What counts is the snapshot of {time}.").format(time=term.local(snapshot.at)))
        elif moment is not None:
            say(f"{id_}: " + _("No snapshot says what was there then: the times that commits claim are believed."))
        others = tuple(name for name in course.ids() if name != id_)
        collection = collect_all(
            CollectOrder(people, out / id_, id_, others, moment, snapshot, bounds), take=Troubles()
        )
        shown = collected_table(collection, term)
        click.echo(f"{id_}\n{shown}\n")
        _summarize(id_, shown)
        matrix += matrix_shards(course, collection)
    set_output("matrix", json.dumps(matrix))
    set_output("digest", json_digest(out))


def _summarize(title: str, text: str) -> None:
    """Add a block of code to the job's summary: nothing in it is read as Markdown."""
    add_summary(f"## {escaped(title)}\n\n{block(text, 200_000)}\n\n")


@actions_command.command(
    "publish", help=_("Check the signatures, fill the gradebook, and tell each member what may be seen.")
)
@click.option("--collected", type=FOLDER, required=True, help=_("What the first job collected."))
@click.option("--digest", help=_("The first job's output `digest`: what was collected has to be just that."))
@click.option("--graded", type=FOLDER, required=True, help=_("What the second job wrote."))
@STATE_OPTION
@click.option(
    "--comments",
    default=True,
    type=bool,
    envvar="D2D_COMMENTS",
    help=_("Whether a comment is written beside the status."),
)
@click.option("--pause", default=1.0, envvar="D2D_PAUSE", help=_("Seconds between two requests to GitHub."))
@common
def _publish(
    collected: Path, graded: Path, state: Path, digest: str | None, comments: bool, pause: float, **options: Any
) -> None:
    """Store the reports and tell the members."""
    term = course_of(options).term
    if term.public_key is None:
        hint = _("`d2d keygen --from-secret` makes one; [signing] in d2d.toml names it.")
        raise UsageError(_("Without a key of the course no report can be trusted."), hint=hint)
    if digest is not None and json_digest(collected) != digest:
        raise BadInputError(_("This is not what the first job collected."), where=collected)
    files = {file.parent.name: file for file in collected.glob(f"*/{COLLECTED_FILE}")}
    collections = {hw: read_collection(files[hw]) for hw in sorted(files, key=assignment_order)}
    reports = checked_reports(graded, collections, read_public_key(term.public_key))
    state.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(collected / HEADS_FILE, state / HEADS_FILE)
    now, troubles = datetime.now(timezone.utc), Troubles()
    with open_book(state / _BOOK, term, create=True) as book:
        documents = [(judged.document, judged.collected.submitted_at, str(judged.file)) for judged in reports.values()]
        new = sum(report.new for report in book.add_each(documents, by=whoami(), take=troubles))
        seen = lambda report: feedback_now(report, term, now, book)[0]  # noqa: E731
        messages = posts(collections, reports, host(), seen, troubles)
    text = ngettext("{n} new report in the gradebook", "{n} new reports in the gradebook", new).format(n=new)
    click.echo(text)
    lacking = _("{hw}: the work of {member} was collected, and there is no report on it.")
    missing = [
        lacking.format(hw=hw, member=work.member)
        for hw, collection in collections.items()
        for work in collection.members
        if work.file is not None and (work.member, hw) not in reports
    ]
    told = tell(messages if comments else [replace(post, comment="") for post in messages], state / _PUBLISHED, pause)
    for line in (*missing, *told.failures):
        say(line)
    say(ngettext("{n} member was told", "{n} members were told", told.sent).format(n=told.sent))
    _summarize(text, _overview(collections, reports))
    raise SystemExit(OUR_FAULT if told.failures or missing or troubles.by_member else ALL_PASSED)


def _overview(collections: Mapping[str, CollectedFolder], reports: Mapping[Key, CheckedReport]) -> str:
    """Every member, with what the staff sees."""
    rows = []
    for hw, collection in collections.items():
        for work in collection.members:
            judged = reports.get((work.member, hw))
            if judged is None:
                rows.append([hw, work.member, "–", work.said])
            else:
                report = judged.document.report
                mark = "✓" if report.passed else "✗"
                rows.append([hw, work.member, f"{mark} {report.percent} %", out_of(report.score, report.max_score)])
    return table([_("assignment"), _("member"), _("share"), ""], rows)

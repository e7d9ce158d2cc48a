"""`d2d inspect`: one case of one submission once more, with everything that the staff may see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import Assignment
from grader.clean import printable
from grader.cli.options import EXISTING, FILE, JSON_OPTION, SECRET_OPTION, common, course_of
from grader.cli.paper import give_result, say
from grader.cli.typed import as_typed
from grader.course.course import Course
from grader.grading.inspection import case_named, judged_submission, run_again
from grader.grading.secret import commitment, secret_of
from grader.i18n import _
from grader.intake import Submission
from grader.intake.read import read_submission
from grader.judge.cases import PUBLIC_SECRET
from grader.judge.log import Evidence
from grader.report.reader import read_file
from grader.report.report import CaseResult, Report

_LONGEST = 200_000


@click.command()
@click.argument("report_file", metavar="REPORT", type=FILE)
@click.option("--case", "case_id", metavar="ID", help=_("The case, or a part of its name; default: the first to fail."))
@click.option(
    "--submission",
    type=EXISTING,
    help=_("What was judged; default: NAME.py, NAME.ipynb, … in this folder, beside the report, or in submissions/."),
)
@SECRET_OPTION
@JSON_OPTION
@common
def inspect_command(
    report_file: Path, case_id: str | None, submission: Path | None, json_file: str | None, **options: Any
) -> None:
    """Run one case once more."""
    report = read_file(report_file).report
    course = course_of(options)
    assignment = course.assignment(report.assignment)
    case = case_named(report, case_id, report_file)
    if submission is None:
        work = judged_submission(report, assignment, report_file)
    else:
        work = _named_submission(submission, report, assignment)
    secret = _secret(report, course, options["secret_file"])
    again, evidence = run_again(report, assignment, case, work, secret, say)
    give_result(_as_json(again, evidence), printable("\n".join(_lines(case, again, evidence)), _LONGEST), json_file)


def _named_submission(path: Path, report: Report, assignment: Assignment) -> Submission:
    work = read_submission(path, assignment.id, assignment.asked)
    if work.sha256 != report.submission_sha256:
        say(_("{file} is another version than the one in the report.").format(file=as_typed(path)))
    return replace(work, member=report.member)


def _secret(report: Report, course: Course, named: Path | None) -> bytes:
    """The secret that the report's inputs were drawn by, as far as that can be told."""
    if report.visibility == "public":
        return PUBLIC_SECRET
    secret, _made = secret_of(course.folder, named, course.term.secret_file)
    if report.seed_commitment not in (None, commitment(secret)):
        say(_("The report's inputs were drawn by another secret: these here are not the same."))
    return secret


def _as_json(again: CaseResult, evidence: Evidence | None) -> dict[str, Any]:
    value = {**again.as_json(), "calls": [], "traceback": []}
    if evidence is not None:
        value["message"], value["details"] = evidence.outcome.message, list(evidence.outcome.shown.details)
        value["output"] = evidence.output
        value["calls"] = [{"who": call.who, "asked": call.asked, "answer": call.answer} for call in evidence.calls]
        value["traceback"] = [{**where.as_json(), "function": function} for where, function in evidence.frames]
    return value


def _lines(before: CaseResult, again: CaseResult, evidence: Evidence | None) -> Iterator[str]:
    yield f"{again.id}  {again.title}"
    text = _("{verdict}, {points} of {most} points")
    yield text.format(verdict=again.verdict.value, points=again.points, most=again.max_points)
    if before.verdict is not again.verdict:
        yield _("In the report it is: {verdict}").format(verdict=before.verdict.value)
    if evidence is None:
        yield from _block(_("why it was not run"), again.message)
        return
    yield from _block(_("what happened"), evidence.outcome.message, *evidence.outcome.shown.details)
    if again.visibility.value == "hidden" and evidence.outcome.general != evidence.outcome.message:
        yield from _block(_("what a member may read of a hidden case at the most"), evidence.outcome.general)
    if again.hint is not None:
        yield from _block(_("hint") + f" ({again.hint.id})", again.hint.text)
    yield from _block(_("lines of the submission"), *(f"{where}  {name}" for where, name in evidence.frames))
    words = {"submission": _("the submission"), "reference": _("the reference")}
    if evidence.calls:
        yield "\n" + _("what was asked, in order:")
    for call in evidence.calls:
        asked, answer = (text.replace("\n", "\n      ") for text in (call.asked, call.answer))
        yield f"  {words[call.who]}: {asked}\n    → {answer}"
    yield from _block(_("what its code printed"), evidence.output.strip("\n"))


def _block(title: str, *texts: str) -> Iterator[str]:
    """A title and the texts below it; nothing where all texts are empty."""
    lines = [line for text in texts for line in text.splitlines()]
    if lines:
        yield "\n  ".join([f"\n{title}:", *lines])

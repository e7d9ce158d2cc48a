"""`d2d regrade`: the same submissions by cases that were mended, and whose score that moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from grader.clean import inline
from grader.cli.app import Troubles
from grader.cli.judging import JudgingRun, judging, store
from grader.cli.options import BOOK_OPTION, EXISTING, FOLDER, JSON_OPTION, common, open_book
from grader.cli.paper import ended_softly, give_result, say
from grader.cli.typed import as_typed
from grader.course.roster import read_roster
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, UsageError
from grader.grading.batch import GradedPlace
from grader.grading.classfiles import PAGES, write_class
from grader.grading.entries import entries
from grader.grading.regrade import Regrading, ScoreChange, graded_places
from grader.i18n import _
from grader.render.sheet import decimal, out_of
from grader.report.report import CaseResult


@click.command()
@click.argument("hw")
@BOOK_OPTION
@click.option(
    "--submissions",
    type=EXISTING,
    help=_("What was graded; default: where it lay when it was graded into this gradebook."),
)
@click.option("--out", type=FOLDER, help=_("Its reports; default: as for it."))
@click.option("--never-lower", is_flag=True, help=_("Let a score stand that would be lower now."))
@judging
@JSON_OPTION
@common
def regrade_command(
    hw: str, book: Path, submissions: Path | None, out: Path | None, never_lower: bool, **options: Any
) -> None:
    """Judge HW again."""
    run = JudgingRun.of(hw, options)
    with open_book(book, run.term) as gradebook:
        regrading = Regrading.of(gradebook, run.assignment.id, never_lower=never_lower)
        places = graded_places(gradebook, run.assignment.id, submissions, out)
    there = [place for place in places if _is_there(place.submissions)]
    if not there:
        hint = _("Name them: --submissions PATH --out DIR")
        raise UsageError(_("The gradebook does not know where the submissions lie."), where=book, hint=hint)
    code = max(_regrade(run, regrading, place, book) for place in there)
    not_found = regrading.not_found()
    for member in not_found:
        say(_("{member}: what was graded is not there any more; its result stands.").format(member=member))
    moves = sorted(regrading.moves, key=lambda move: move.member)
    value = {"assignment": run.assignment.id, "moved": [move.as_json() for move in moves], "not_found": not_found}
    give_result(value, _shown(moves), options["json_file"])
    raise SystemExit(code if code > NOT_ALL_PASSED else 0)


def _regrade(run: JudgingRun, regrading: Regrading, place: GradedPlace, book: Path) -> int:
    """Judge what lies at one place; the exit code."""
    folder = run.folder(place.out, read_again=True)
    submissions = entries(place.submissions, run.assignment.id, apart_from=[place.out])
    members = read_roster(place.roster).members if place.roster and _is_there(place.roster) else None
    with folder.held(), ended_softly():
        results, troubles = run.judge(submissions, folder, regrading.veto), Troubles()
        try:
            store(book, run, folder, regrading.accepted(folder, results, troubles), place, troubles)
        finally:
            write_class(folder, run.assignment, results, members, troubles, pages=(place.out / PAGES).is_dir())
    return max(troubles.exit_code, *(result.exit_code for result in results), ALL_PASSED)


def _is_there(path: Path) -> bool:
    if not path.exists():
        say(_("{path}: This is not there any more.").format(path=as_typed(path)))
    return path.exists()


def _shown(moves: Sequence[ScoreChange]) -> Iterator[str]:
    """A line for each score that moved, and one for each case that moved it."""
    for move in moves:
        before, after = out_of(move.before, move.max_before), out_of(move.after, move.max_after)
        line = f"{inline(move.member)}  {before} → {after}  {_signed(move.after - move.before)}"
        yield line + ("  " + _("the score before stands") if move.stands else "")
        for case in move.cases:
            yield f"    {_signed(case.points)}  {inline(case.id)}  {_verdict(case.before)} → {_verdict(case.after)}"
    standing = sum(move.stands for move in moves)
    yield _("{n} scores moved.").format(n=len(moves) - standing) + (
        " " + _("{n} would be lower and stand.").format(n=standing) if standing else ""
    )


def _signed(points: Fraction) -> str:
    return f"{'−' if points < 0 else '+'}{decimal(abs(points))}"


def _verdict(result: CaseResult | None) -> str:
    return "–" if result is None else f"{result.verdict.value} ({out_of(result.points, result.max_points)})"

"""`d2d grade`: a class by public and hidden cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.clean import first_few
from grader.cli.app import Troubles
from grader.cli.judging import JudgingRun, judging, store
from grader.cli.options import EXISTING, FILE, FOLDER, JSON_OPTION, common, open_book
from grader.cli.paper import ended_softly, give_result, say, table
from grader.cli.typed import as_typed
from grader.course.roster import Roster, read_hand_in_times, read_roster
from grader.errors import ALL_PASSED, UsageError
from grader.github.collected import COLLECTED_FILE, read_collection
from grader.gradebook.feedback import nobody_counts
from grader.grading.batch import EntryResult, GradedPlace
from grader.grading.classfiles import demand_targets, write_class, write_notebooks
from grader.grading.entries import Entry, changed_at, entries, shard_of
from grader.grading.folder import ReportFolder
from grader.i18n import _
from grader.render.sheet import out_of

_NAMED = 5


@click.command()
@click.argument("hw")
@click.argument("path", type=EXISTING)
@click.option("--out", required=True, type=FOLDER, help=_("Folder for the reports, summary.csv and index.html."))
@click.option("--gradebook", "book", type=FILE, help=_("Add the reports to this gradebook."))
@judging
@click.option("--public", is_flag=True, help=_("By the public cases alone, as `d2d check` does."))
@click.option("--roster", type=FILE, help=_("CSV of the members: index.html then says who handed in nothing."))
@click.option("--pages", is_flag=True, help=_("Write a page for each member too: pages/NAME.html, with hidden cases."))
@click.option(
    "--notebook",
    metavar="FILE",
    type=FILE,
    help=_("Write the work with the feedback that its member may see (.ipynb or .html); {member} stands for the name."),
)
@click.option(
    "--submitted", type=FILE, help=_("CSV for the gradebook: when each member handed in (member, submitted).")
)
@click.option("--by-mtime", is_flag=True, help=_("The times of the files say when each member handed in."))
@click.option("--shard", metavar="I/N", help=_("Only the I-th of N parts of the folder, for several machines."))
@JSON_OPTION
@common
def grade_command(
    hw: str, path: Path, out: Path, book: Path | None, public: bool, json_file: str | None, **options: Any
) -> None:
    """Judge PATH by all cases."""
    run = JudgingRun.of(hw, options, public=public)
    folder = run.folder(out, read_again=book is not None or options["pages"] or options["notebook"] is not None)
    shard = shard_of(entries(path, run.assignment.id, apart_from=[out]), options["shard"])
    if book is not None:
        if public:
            raise UsageError(_("The gradebook takes no reports by public cases alone."))
        open_book(book, run.term, create=True).close()  # what is wrong with it is said before anything is judged
    notebook, roster = options["notebook"], options["roster"]
    if notebook is not None:
        demand_targets(notebook, shard)
        if book is None and not public and run.term.feedback.cooldown.submissions:
            say(nobody_counts())
    people = None if roster is None else read_roster(roster)
    members = None if people is None else people.members
    times = _hand_in_times(run, path, shard, people, options)
    if book is not None:
        _say_unknown(run, shard, times)
    elif options["submitted"] or options["by_mtime"]:
        raise UsageError(_("The times of handing in are for the gradebook: --gradebook FILE"))
    with folder.held(), ended_softly():
        results, troubles = run.judge(shard, folder), Troubles()
        try:  # the gradebook first: nothing that is written for people may keep a report from it
            if book is not None:
                graded = [result.member for result in results if result.row is not None]
                store(book, run, folder, graded, GradedPlace(path, out, roster), troubles, times)
        finally:
            write_class(folder, run.assignment, results, members, troubles, pages=options["pages"])
        if notebook is not None:
            graded_entries = zip(shard, results, strict=True)
            with nullcontext() if book is None else open_book(book, run.term, only_read=True) as counted:
                write_notebooks(notebook, folder, run.assignment, run.term, graded_entries, troubles, counted)
        results = [replace(result, trouble=troubles.by_member.get(result.member, result.trouble)) for result in results]
        text = f"{_shown(results)}\n{_in_short(results, out)}"
        give_result(_as_json(run.assignment.id, folder, results), text, json_file)
    raise SystemExit(max((result.exit_code for result in results), default=ALL_PASSED))


def _hand_in_times(
    run: JudgingRun, path: Path, shard: Sequence[Entry], people: Roster | None, options: dict[str, Any]
) -> dict[str, datetime]:
    """When each member handed in, as far as anything says so: the options, or what `d2d collect` has noted."""
    named, by_files = options["submitted"], options["by_mtime"]
    if named and by_files:
        raise UsageError(_("Give either --submitted or --by-mtime."))
    if named:
        return read_hand_in_times(named, run.term.zone, people)
    if by_files:
        changed = {entry.member: changed_at(entry.path) for entry in shard}
        return {member: at for member, at in changed.items() if at is not None}
    if (path / COLLECTED_FILE).is_file():
        works = read_collection(path / COLLECTED_FILE).members
        return {work.member: work.submitted_at for work in works if work.submitted_at is not None}
    return {}


def _say_unknown(run: JudgingRun, shard: Sequence[Entry], times: Mapping[str, datetime]) -> None:
    """Say, where it would matter, that nothing tells when work was handed in."""
    closed = run.term.closed_at(run.assignment.id, datetime.now(timezone.utc))
    unknown = [entry.member for entry in shard if entry.member not in times]
    if closed is None or run.term.late_counts or not unknown:
        return
    text = _("{assignment} was due at {time}. Nothing says when this was handed in, so it counts as in time: {names}.")
    names = first_few(unknown, _NAMED)
    say(text.format(assignment=run.assignment.id, time=run.term.local(closed), names=names))
    say(_("Name the times by --submitted CSV, or take them from the files by --by-mtime."))


def _as_json(assignment: str, folder: ReportFolder, results: Sequence[EntryResult]) -> dict[str, Any]:
    return {
        "assignment": assignment,
        "judged": sum(result.row is not None and not result.kept for result in results),
        "kept": sum(result.kept for result in results),
        "entries": [
            {
                "member": result.member,
                "report": None if result.row is None else str(folder.path(result.member)),
                "kept": result.kept,
                "trouble": None if result.trouble is None else result.trouble.what,
                **({} if result.row is None else result.row.as_json()),
            }
            for result in results
        ],
    }


def _shown(results: Sequence[EntryResult]) -> str:
    """A line for each entry."""
    rows = []
    for result in results:
        row = result.row
        if row is None:
            rows.append([result.member, "–", "–", f"! {result.trouble.what if result.trouble else ''}"])
            continue
        mark = "✓ " + _("passed") if row.passed else "✗ " + _("not passed")
        remarks = [_("unchanged")] * result.kept + [_("a rerun is due: our own fault")] * (not row.complete)
        remarks += [] if result.trouble is None else [f"! {result.trouble.what}"]
        points = out_of(row.score, row.max_score)
        rows.append([row.member, points, f"{row.percent} %", ", ".join([mark, *remarks])])
    return table([_("member"), _("points"), _("share"), ""], rows)


def _in_short(results: Sequence[EntryResult], out: Path) -> str:
    graded = [result.row for result in results if result.row is not None]
    passed, kept = sum(row.passed for row in graded), sum(result.kept for result in results)
    parts = [_("{n} passed").format(n=passed), _("{n} not passed").format(n=len(graded) - passed)]
    if without := len(results) - len(graded):
        parts.append(_("{n} without a result").format(n=without))
    if kept:
        parts.append(_("{n} unchanged since they were graded").format(n=kept))
    return "\n" + _("{counts}. Everything is in {folder}").format(counts=", ".join(parts), folder=as_typed(out))

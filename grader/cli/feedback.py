"""`d2d feedback`: reports cut to what each member may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of, open_book, term_of, time_of
from grader.cli.paper import FileNames, dumped, say
from grader.errors import UsageError
from grader.files import write_whole
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from grader.course.term import Term
    from grader.gradebook.book import Gradebook
    from grader.report.report import Report

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(help=_("Cut reports to what each member may see now, by the rules of the course."))
@click.argument("reports", nargs=-1, type=_FILE)
@click.option(
    "--gradebook", "book", type=_FILE, help=_("The gradebook; without REPORTS, those in it that count are cut.")
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help=_("A folder: MEMBER/hw1.json and MEMBER/hw1.html."),
)
@click.option("--now", metavar="TIME", help=_("What may be seen at that time: 2026-03-20T23:59, the course's time."))
@common
def feedback_command(reports: tuple[Path, ...], book: Path | None, out: Path, now: str | None, **options: Any) -> None:
    """Reports as members may see them."""
    from grader.render.page import report_page
    from grader.report.reader import read_file

    if not reports and book is None:
        raise UsageError(_("Give either REPORTS or --gradebook FILE."))
    term = term_of(course_of(options))
    moment = time_of(now, term)
    names, paused, count = FileNames(out), 0, 0
    opened = None if book is None else open_book(book, term)
    try:
        found = (read_file(path).report for path in reports) if reports else _counting(opened, term)
        for full in found:
            cut, is_paused = seen_now(full, term, moment, opened)
            count, paused = count + 1, paused + is_paused
            write_whole(names.path(full.member, f"{full.assignment}.json"), dumped(cut.as_json()))
            write_whole(names.path(full.member, f"{full.assignment}.html"), report_page(cut))
    finally:
        if opened is not None:
            opened.close()
    said = ngettext("{n} report for members in {folder}", "{n} reports for members in {folder}", count)
    say(said.format(n=count, folder=out))
    if paused:
        said = ngettext(
            "{n} of them shows nothing of hidden cases for a while: too many versions were graded.",
            "{n} of them show nothing of hidden cases for a while: too many versions were graded.",
            paused,
        )
        say(said.format(n=paused))


def _counting(opened: Gradebook | None, term: Term) -> Iterator[Report]:
    """The reports that count."""
    assert opened is not None
    for results in opened.results(term).values():
        for result in results.values():
            if result.report is not None:
                yield opened.document(result.report).report


def seen_now(report: Report, term: Term, now: datetime, opened: Gradebook | None) -> tuple[Report, bool]:
    """The report as its member may see it, and whether it shows less because of too many versions."""
    from dataclasses import replace

    from grader.gradebook.feedback import note_of_override, paused_until, seen

    if opened is None:
        return seen(report, term, now), False
    entries = [each for each in opened.entries(report.member) if each.assignment == report.assignment]
    until = paused_until(entries, term.feedback.cooldown, now)
    cut = seen(report, term, now, paused_until=until)
    overrides = [each for each in opened.overrides(report.member) if each.assignment == report.assignment]
    if overrides and overrides[-1].points is not None:
        cut = replace(cut, notes=(note_of_override(overrides[-1]), *cut.notes))
    return cut, until is not None

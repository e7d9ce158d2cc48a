"""`d2d feedback`: reports cut to what each member may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click

from grader.boundary import one_member
from grader.cli.app import Troubles
from grader.cli.options import FILE, FOLDER, common, course_of, open_book, time_of
from grader.cli.paper import FileNames, dumped, say
from grader.cli.typed import as_typed
from grader.course.course import Term
from grader.errors import UsageError
from grader.files import write_whole
from grader.gradebook.book import Gradebook
from grader.gradebook.feedback import Held, feedback_now, nobody_counts, not_counted
from grader.i18n import _, ngettext
from grader.render.page import report_page
from grader.report.reader import Document, read_file


@click.command()
@click.argument("reports", nargs=-1, type=FILE)
@click.option(
    "--gradebook", "book", type=FILE, help=_("The gradebook; without REPORTS, those in it that count are cut.")
)
@click.option("--out", type=FOLDER, required=True, help=_("A folder: MEMBER/hw1.json and MEMBER/hw1.html."))
@click.option("--now", metavar="TIME", help=_("What may be seen at that time: 2026-03-20T23:59, the course's time."))
@common
def feedback_command(reports: tuple[Path, ...], book: Path | None, out: Path, now: str | None, **options: Any) -> None:
    """Write reports as members may see them."""
    if not reports and book is None:
        raise UsageError(_("Give either REPORTS or --gradebook FILE."))
    term = course_of(options).term
    moment = time_of(now, term)
    names, troubles, held, count = FileNames(out), Troubles(), Counter[Held | None](), 0
    with nullcontext() if book is None else open_book(book, term, only_read=True) as gradebook:
        for whose, read in _reports(reports, gradebook, term):
            with one_member(whose, troubles, theirs=True):
                full = read().report
                cut, why = feedback_now(full, term, moment, gradebook)
                page = report_page(cut)
                write_whole(names.path(full.member, f"{full.assignment}.json"), dumped(cut.as_json()))
                write_whole(names.path(full.member, f"{full.assignment}.html"), page)
                count += 1
                held[why] += 1
    text = ngettext("{n} report for members in {folder}", "{n} reports for members in {folder}", count)
    say(text.format(n=count, folder=as_typed(out)))
    if paused := held[Held.MANY]:
        text = ngettext(
            "{n} of them shows nothing of hidden cases for a while: too many versions were graded.",
            "{n} of them show nothing of hidden cases for a while: too many versions were graded.",
            paused,
        )
        say(text.format(n=paused))
    if held[Held.UNCOUNTED]:
        say(not_counted())
    if book is None and term.feedback.cooldown.submissions:
        say(nobody_counts())
    raise SystemExit(troubles.exit_code)


def _reports(
    files: tuple[Path, ...], gradebook: Gradebook | None, term: Term
) -> Iterator[tuple[str, Callable[[], Document]]]:
    """Whose report it is, and what reads it: those in the files; without files, those of the gradebook that count."""
    if files or gradebook is None:
        yield from ((str(file), partial(read_file, file)) for file in files)
        return
    for results in gradebook.results(term).values():
        for result in results.values():
            if result.report is not None:
                yield result.member, partial(gradebook.document, result.report)

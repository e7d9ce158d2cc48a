"""`d2d gradebook`: look into a gradebook, and put reports into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from grader.assignment.manifest import assignment_order
from grader.cli.options import (
    BOOK_OPTION,
    FILE,
    FOLDER,
    JSON_OPTION,
    OUTPUT,
    UNSIGNED_OPTION,
    common,
    course_of,
    open_book,
    time_of,
)
from grader.cli.paper import FileNames, dumped, give_result, say, table, whoami, write_out
from grader.course.course import Term
from grader.errors import NOT_ALL_PASSED, UsageError
from grader.files import write_whole
from grader.gradebook.book import Gradebook, LogEntry
from grader.gradebook.feedback import paused_until
from grader.gradebook.results import LoggedReport, Override, Result, Results, listed
from grader.i18n import _, ngettext
from grader.member import MemberName
from grader.render.sheet import decimal, out_of, sheet
from grader.report.reader import read_file


@click.group()
def gradebook_command() -> None:
    """The commands below it."""


@gradebook_command.command("show", help=_("What counts, for all members or for one."))
@click.argument("member", required=False, type=MemberName)
@BOOK_OPTION
@JSON_OPTION
@common
def _show(member: str | None, book: Path, json_file: str | None, **options: Any) -> None:
    """Print what counts."""
    term = course_of(options).term
    with open_book(book, term, only_read=True) as opened:
        results = opened.results(term)
        if member is not None and member not in results:
            raise UsageError(_("There is nothing of {member} in the gradebook.").format(member=member), where=book)
        chosen = listed(results, member)
        text = _member_text(opened, term, member, chosen) if member else _class_table(results)
    give_result([result.as_json() for result in chosen], text, json_file)


@gradebook_command.command(
    "export", help=_("What counts as a file: CSV or JSON; with --reports, the reports themselves.")
)
@BOOK_OPTION
@click.option("--out", type=OUTPUT, metavar="FILE|-", default="-", help=_("Where to; - is standard output."))
@click.option("--format", "form", type=click.Choice(("csv", "json")), default="csv", help=_("The form of the file."))
@click.option("--reports", type=FOLDER, help=_("A folder for every report that counts."))
@common
def _export(book: Path, out: str, form: str, reports: Path | None, **options: Any) -> None:
    """Write what counts as a file."""
    term = course_of(options).term
    with open_book(book, term, only_read=True) as opened:
        chosen = listed(opened.results(term))
        if reports is not None:
            _write_reports(opened, chosen, reports)
    write_out(_csv(chosen) if form == "csv" else dumped([result.as_json() for result in chosen]), out)


@gradebook_command.command("log", help=_("Who did what and when."))
@click.argument("member", required=False, type=MemberName)
@BOOK_OPTION
@JSON_OPTION
@common
def _log(member: str | None, book: Path, json_file: str | None, **options: Any) -> None:
    """Print who did what."""
    term = course_of(options).term
    with open_book(book, term, only_read=True) as opened:
        entries = opened.log(member)
    give_result([entry.as_json() for entry in entries], _log_table(entries, term), json_file)


@gradebook_command.command("check", help=_("Whether the file is whole, and every entry is what was written."))
@BOOK_OPTION
@common
def _check(book: Path, **options: Any) -> None:
    """Say whether the file is whole."""
    with open_book(book, course_of(options).term, only_read=True) as opened:
        faults = list(opened.check())
        last = opened.last_link()
    for fault in faults:
        say(fault)
    if not faults:
        click.echo(_("The gradebook is whole. Last link of its log: {link}").format(link=last))
    raise SystemExit(NOT_ALL_PASSED if faults else 0)


@gradebook_command.command("add", help=_("Take reports in, all of them or none; the file is made where there is none."))
@click.argument("reports", nargs=-1, required=True, type=FILE)
@BOOK_OPTION
@click.option(
    "--submitted-at", metavar="TIME", help=_("When these were handed in: 2026-03-20T23:59, the course's time.")
)
@UNSIGNED_OPTION
@common
def _add(reports: tuple[Path, ...], book: Path, submitted_at: str | None, unsigned: bool, **options: Any) -> None:
    """Take reports in."""
    term = course_of(options).term
    when = None if submitted_at is None else time_of(submitted_at, term)
    documents = [(read_file(path), when, str(path)) for path in reports]
    with open_book(book, term, create=True, unsigned=unsigned) as opened:
        added = opened.add_all(documents, by=whoami())
    new = sum(report.new for report in added)
    say(ngettext("{n} new report", "{n} new reports", new).format(n=new))


def _class_table(results: Results) -> str:
    """A line for each member, a column for each assignment."""
    assignments = sorted({hw for row in results.values() for hw in row}, key=assignment_order)
    rows = [[member, *(_cell(results[member].get(hw)) for hw in assignments)] for member in sorted(results)]
    legend = _("✓ passed · ✗ not passed · * by a TA's hand · ! rerun due · late: handed in late")
    return table([_("member"), *assignments], rows) + "\n\n" + legend


def _cell(result: Result | None) -> str:
    if result is None:
        return "–"
    marks = ("*" if result.override else "") + ("!" if result.rerun_due else "")
    late = " " + _("late") if result.late else ""
    return f"{'✓' if result.passed else '✗'} {result.percent} %{marks}{late}"


def _member_text(opened: Gradebook, term: Term, member: str, chosen: Iterable[Result]) -> str:
    """All that is known of one member: what counts, every report, every override."""
    head = [_("assignment"), _("counts"), _("points"), _("reports")]
    rows = [
        [result.assignment, _cell(result), out_of(result.score, result.max_score), str(result.submissions)]
        for result in chosen
    ]
    parts = [table(head, rows)]
    if entries := opened.entries(member):
        head = [_("report"), _("assignment"), _("handed in"), _("points"), ""]
        parts += [table(head, [_report_row(entry, term) for entry in entries]), *_paused(entries, term)]
    if overrides := opened.overrides(member):
        head = [_("assignment"), _("when"), _("by"), _("points"), _("why")]
        parts.append(table(head, [_override_row(override, term) for override in overrides]))
    return "\n\n".join(parts)


def _report_row(entry: LoggedReport, term: Term) -> list[str]:
    handed_in = term.local(entry.submitted_at) if entry.submitted_at else _("unknown")
    late = [_("late")] * term.late(entry.assignment, entry.submitted_at)
    remarks = ", ".join(late + [_("rerun due")] * (not entry.complete))
    return [str(entry.id), entry.assignment, handed_in, out_of(entry.score, entry.max_score), remarks]


def _override_row(override: Override, term: Term) -> list[str]:
    points = _("withdrawn") if override.points is None else out_of(override.points, override.max_score)
    return [override.assignment, term.local(override.at), override.by, points, override.why]


def _paused(entries: Sequence[LoggedReport], term: Term) -> Iterable[str]:
    """A sentence for each assignment of which too many versions were graded: the member sees no hidden cases of it."""
    for assignment in dict.fromkeys(entry.assignment for entry in entries):
        versions = [entry for entry in entries if entry.assignment == assignment]
        until = paused_until(versions, term.feedback.cooldown, datetime.now(timezone.utc))
        if until is not None:
            text = _("{assignment}: many versions were graded, so nothing of hidden cases is shown until {time}.")
            yield text.format(assignment=assignment, time=term.local(until))


def _log_table(entries: list[LogEntry], term: Term) -> str:
    head = [_("number"), _("when"), _("by"), _("what"), _("member"), _("assignment"), ""]
    rows = []
    for entry in entries:
        names = (entry.by, entry.action, entry.member or "", entry.assignment or "")
        rows.append([str(entry.id), term.local(entry.at), *names, " ".join(_facts(entry.what))])
    return table(head, rows)


def _facts(what: Mapping[str, Any]) -> Iterable[str]:
    for key, value in sorted(what.items()):
        if isinstance(value, dict):
            yield from _facts(value)
        elif key != "sha256" and value is not None:
            yield f"{key}={value}"


def _csv(results: Iterable[Result]) -> str:
    head = ["member", "assignment", "score", "max_score", "percent", "passed", "complete", "late", "by", "why"]
    rows = (
        [result.member, result.assignment, decimal(result.score), decimal(result.max_score), result.percent]
        + [str(flag).lower() for flag in (result.passed, result.complete, result.late)]
        + ([result.override.by, result.override.why] if result.override else ["", ""])
        for result in results
    )
    return sheet(head, rows)


def _write_reports(opened: Gradebook, results: Iterable[Result], folder: Path) -> None:
    """`FOLDER/hw1/kim.json`."""
    names = FileNames(folder)
    for result in results:
        if result.report is not None:
            file = names.path(result.assignment, f"{result.member}.json")
            write_whole(file, dumped(opened.document(result.report).value))

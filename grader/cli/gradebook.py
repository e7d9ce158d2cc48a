"""Commands that look into a gradebook, and put reports into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import common, course_of, open_book, term_of, time_of
from grader.cli.paper import FileNames, dumped, say, table, whoami, write_out
from grader.errors import NOT_ALL_PASSED, UsageError
from grader.files import write_whole
from grader.i18n import _, ngettext
from grader.member import MemberName

if TYPE_CHECKING:
    from grader.course.term import Term
    from grader.gradebook.book import Gradebook, LogEntry
    from grader.gradebook.results import Entry, Result, Results

_FILE = click.Path(path_type=Path, dir_okay=False)
_BOOK = click.option("--gradebook", "book", type=_FILE, required=True, help=_("The gradebook."))


@click.group(help=_("Look into a gradebook: what counts, who changed what, and whether it is whole."))
def gradebook_command() -> None:
    """The commands below it."""


@gradebook_command.command(help=_("What counts, for all members or for one."))
@click.argument("member", required=False, type=MemberName)
@_BOOK
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write it as JSON; - prints nothing else."))
@common
def show(member: str | None, book: Path, json_file: str | None, **options: Any) -> None:
    """What counts."""
    from grader.gradebook.results import listed

    term = term_of(course_of(options))
    with open_book(book, term) as opened:
        results = opened.results(term)
        if member is not None and member not in results:
            raise UsageError(_("There is nothing of {member} in the gradebook.").format(member=member), where=book)
        chosen = listed(results, member)
        if json_file is not None:
            write_out(dumped([result.as_json() for result in chosen]), json_file)
        if json_file != "-":
            click.echo(_one(opened, term, member, chosen) if member else _all(results))


@gradebook_command.command(help=_("What counts as a file: CSV or JSON; with --reports, the reports themselves."))
@_BOOK
@click.option("--out", metavar="FILE|-", default="-", help=_("Where to; - is standard output."))
@click.option("--format", "form", type=click.Choice(("csv", "json")), default="csv", help=_("The form of the file."))
@click.option(
    "--reports", type=click.Path(path_type=Path, file_okay=False), help=_("A folder for every report that counts.")
)
@common
def export(book: Path, out: str, form: str, reports: Path | None, **options: Any) -> None:
    """What counts, as a file."""
    from grader.gradebook.results import listed

    term = term_of(course_of(options))
    with open_book(book, term) as opened:
        chosen = listed(opened.results(term))
        if reports is not None:
            _write_reports(opened, chosen, reports)
    write_out(_csv(chosen) if form == "csv" else dumped([result.as_json() for result in chosen]), out)


@gradebook_command.command(help=_("Who did what and when."))
@click.argument("member", required=False, type=MemberName)
@_BOOK
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write it as JSON; - prints nothing else."))
@common
def log(member: str | None, book: Path, json_file: str | None, **options: Any) -> None:
    """Who did what."""
    term = term_of(course_of(options))
    with open_book(book, term) as opened:
        entries = opened.log(member)
    if json_file is not None:
        write_out(dumped([entry.as_json() for entry in entries]), json_file)
    if json_file != "-":
        click.echo(_log(entries, term))


@gradebook_command.command(help=_("Whether the file is whole, and every entry is what was written."))
@_BOOK
@common
def check(book: Path, **options: Any) -> None:
    """Whether the file is whole."""
    with open_book(book, term_of(course_of(options))) as opened:
        found = list(opened.check())
        last = opened.last_link()
    for fault in found:
        say(fault)
    if not found:
        click.echo(_("The gradebook is whole. Last link of its log: {link}").format(link=last))
    raise SystemExit(NOT_ALL_PASSED if found else 0)


@gradebook_command.command(help=_("Take reports in, all of them or none; the file is made where there is none."))
@click.argument("reports", nargs=-1, required=True, type=_FILE)
@_BOOK
@click.option(
    "--submitted-at", metavar="TIME", help=_("When these were handed in: 2026-03-20T23:59, the course's time.")
)
@common
def add(reports: tuple[Path, ...], book: Path, submitted_at: str | None, **options: Any) -> None:
    """Take reports in."""
    from grader.report.reader import read_file

    term = term_of(course_of(options))
    when = None if submitted_at is None else time_of(submitted_at, term)
    documents = [(read_file(path), when, str(path)) for path in reports]
    with open_book(book, term, create=True) as opened:
        added = opened.add_all(documents, by=whoami())
    new = sum(each.new for each in added)
    say(ngettext("{n} new report", "{n} new reports", new).format(n=new))


def _all(results: Results) -> str:
    """Members by assignments."""
    from grader.assignment.manifest import assignment_order

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


def _one(opened: Gradebook, term: Term, member: str, chosen: Iterable[Result]) -> str:
    """All that is known of one member: what counts, every report, every override."""
    from grader.report.sheet import out_of

    parts = [
        table(
            [_("assignment"), _("counts"), _("points"), _("reports")],
            [
                [each.assignment, _cell(each), out_of(each.score, each.max_score), str(each.submissions)]
                for each in chosen
            ],
        )
    ]
    entries = opened.entries(member)
    if entries:
        head = [_("report"), _("assignment"), _("handed in"), _("points"), ""]
        rows = [
            [
                str(entry.id),
                entry.assignment,
                term.local(entry.submitted_at) if entry.submitted_at else _("unknown"),
                out_of(entry.score, entry.max_score),
                ", ".join(
                    word
                    for word, true in (
                        (_("late"), term.late(entry.assignment, entry.submitted_at)),
                        (_("rerun due"), not entry.complete),
                    )
                    if true
                ),
            ]
            for entry in entries
        ]
        parts.append(table(head, rows))
        parts += _paused(entries, term)
    overrides = opened.overrides(member)
    if overrides:
        head = [_("assignment"), _("when"), _("by"), _("points"), _("why")]
        parts.append(
            table(
                head,
                [
                    [
                        each.assignment,
                        term.local(each.at),
                        each.by,
                        _("withdrawn") if each.points is None else out_of(each.points, each.max_score),
                        each.why,
                    ]
                    for each in overrides
                ],
            )
        )
    return "\n\n".join(parts)


def _paused(entries: Iterable[Entry], term: Term) -> Iterable[str]:
    """Of which assignments so many versions were graded of late that the member sees nothing of hidden cases."""
    from datetime import datetime, timezone

    from grader.gradebook.feedback import paused_until

    by_assignment: dict[str, list[Entry]] = {}
    for entry in entries:
        by_assignment.setdefault(entry.assignment, []).append(entry)
    for assignment, of in by_assignment.items():
        until = paused_until(of, term.feedback.cooldown, datetime.now(timezone.utc))
        if until is not None:
            text = _("{assignment}: many versions were graded, so nothing of hidden cases is shown until {time}.")
            yield text.format(assignment=assignment, time=term.local(until))


def _log(entries: list[LogEntry], term: Term) -> str:
    head = [_("number"), _("when"), _("by"), _("what"), _("member"), _("assignment"), ""]
    rows = [
        [
            str(entry.id),
            term.local(entry.at),
            entry.by,
            entry.action,
            entry.member or "",
            entry.assignment or "",
            " ".join(_facts(entry.what)),
        ]
        for entry in entries
    ]
    return table(head, rows)


def _facts(what: Mapping[str, Any]) -> Iterable[str]:
    for key, value in sorted(what.items()):
        if isinstance(value, dict):
            yield from _facts(value)
        elif key != "sha256" and value is not None:
            yield f"{key}={value}"


def _csv(results: Iterable[Result]) -> str:
    from grader.report.sheet import decimal, sheet

    head = ["member", "assignment", "score", "max_score", "percent", "passed", "complete", "late", "by", "why"]
    rows = (
        [
            each.member,
            each.assignment,
            decimal(each.score),
            decimal(each.max_score),
            each.percent,
            str(each.passed).lower(),
            str(each.complete).lower(),
            str(each.late).lower(),
            each.override.by if each.override else "",
            each.override.why if each.override else "",
        ]
        for each in results
    )
    return sheet(head, rows)


def _write_reports(opened: Gradebook, results: Iterable[Result], folder: Path) -> None:
    """`FOLDER/hw1/kim.json`."""
    names = FileNames(folder)
    for result in results:
        if result.report is not None:
            file = names.path(result.assignment, f"{result.member}.json")
            write_whole(file, dumped(opened.document(result.report).value))

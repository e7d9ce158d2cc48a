"""`d2d grade`: a class by public and hidden cases."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.app import show
from grader.cli.options import common, course_of, open_book, term_of
from grader.cli.paper import dumped, say, table, whoami, write_out
from grader.cli.progress import Progress
from grader.errors import UsageError
from grader.files import write_whole
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from grader.assignment.manifest import Assignment
    from grader.course.term import Term
    from grader.grading.batch import Grading, Outcome
    from grader.grading.entries import Entry
    from grader.grading.folder import ReportFolder
    from grader.grading.task import Engine, Setting
    from grader.report.signature import SigningKey

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_KEY_VARIABLE = "D2D_KEY"
_PAGES = "pages"  # the folder for members' pages, beside `reports`
_AT_ONCE = 200  # reports that the gradebook takes in one go


@dataclass(frozen=True)
class Wanted:
    """What a run of `grade` is to do beside judging."""

    path: Path
    json_file: str | None
    color: bool
    book: Path | None = None
    roster: Path | None = None
    pages: bool = False
    notebook: Path | None = None


def judging(function: F) -> F:
    """Give a command the options of all that judge."""
    options = (
        click.option(
            "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help=_("How many judges work at once.")
        ),
        click.option(
            "--engine", type=click.Choice(("local", "dask")), default="local", help=_("Who hands work to judges.")
        ),
        click.option(
            "--scheduler", metavar="URL", help=_("A Dask scheduler, tcp://…; without it --engine dask starts its own.")
        ),
        click.option("--secret-file", type=_FILE, help=_("Seed of hidden inputs; else D2D_SECRET, else the course's.")),
        click.option("--key", type=_FILE, help=_("The private key to sign with; else D2D_KEY, else the course's.")),
        click.option("--force", is_flag=True, help=_("Judge again what has not changed, too.")),
        click.option("--timeout", type=click.FloatRange(0, min_open=True), help=_("Seconds that a case has.")),
        click.option("--memory", type=click.IntRange(1), help=_("MB that a submission has.")),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.command(help=_("Judge one submission, or a folder of them, by public and hidden cases."))
@click.argument("hw")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=_FOLDER, help=_("Folder for the reports, summary.csv and index.html."))
@click.option("--gradebook", "book", type=_FILE, help=_("Add the reports to this gradebook."))
@judging
@click.option("--public", is_flag=True, help=_("By the public cases alone, as `d2d check` does."))
@click.option("--roster", type=_FILE, help=_("CSV of the members: index.html then says who handed in nothing."))
@click.option("--pages", is_flag=True, help=_("Write a page for each member too: pages/NAME.html, with hidden cases."))
@click.option(
    "--notebook",
    metavar="FILE",
    type=_FILE,
    help=_("Write the work with the feedback that its member may see (.ipynb or .html); {member} stands for the name."),
)
@click.option("--shard", metavar="I/N", help=_("Only the I-th of N parts of the folder, for several machines."))
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write what came of it as JSON; - prints nothing else."))
@common
def grade_command(hw: str, path: Path, out: Path, book: Path | None, json_file: str | None, **options: Any) -> None:
    """Judge PATH by all cases."""
    from grader.grading.entries import entries
    from grader.grading.folder import ReportFolder

    course = course_of(options)
    term = term_of(course)
    assignment = limited(course.assignment(hw), options["timeout"], options["memory"])
    key = None if options["public"] else signing_key(options["key"], term)
    folder = ReportFolder(out, assignment.id, key)
    found = _part(entries(path, assignment.id, apart_from=[out]), options["shard"])
    if book is not None:
        if options["public"]:
            raise UsageError(_("The gradebook takes no reports by public cases alone."))
        open_book(book, term, create=True).close()  # what is wrong with it is said before anything is judged
    notebook = options["notebook"]
    wanted = Wanted(path, json_file, not options["no_color"], book, options["roster"], options["pages"], notebook)
    if notebook is not None:
        _check_notebook(notebook, found)
    if wanted.roster is not None:
        _members(wanted.roster)
    run = grading(assignment, folder, course.folder, term, options)
    with folder.held(), ended_softly():
        code = _run(run, found, wanted, term)
    raise SystemExit(code)


def grading(assignment: Assignment, folder: ReportFolder, course: Path, term: Term, options: Any) -> Grading:
    """A run by all that the command line and the course say of it."""
    from grader.grading.batch import Grading
    from grader.grading.secret import commitment, secret_of
    from grader.grading.task import Setting
    from grader.i18n import language

    public = options["public"]
    if public:
        from grader.judge.rng import PUBLIC_SECRET

        secret, made = PUBLIC_SECRET, None
    else:
        secret, made = secret_of(course, options["secret_file"], term.secret_file)
    if made is not None:
        say(_("The course had no secret; {file} holds one now. Keep it: it makes scores repeatable.").format(file=made))
    setting = Setting(assignment, secret, language(), closed=not public, hidden=not public)
    engine = _engine(setting, options)
    return Grading(setting, engine, folder, None if public else commitment(secret), options["force"])


def _engine(setting: Setting, options: Any) -> Engine:
    """Who hands the work to judges."""
    if options["engine"] == "local":
        if options["scheduler"] is not None:
            raise UsageError(_("--scheduler goes with --engine dask."))
        from grader.grading.local import LocalEngine

        return LocalEngine(setting, options["jobs"])
    need_dask()
    from grader.grading.dask import DaskEngine

    return DaskEngine(setting, options["scheduler"], options["jobs"])


def need_dask() -> None:
    """Say what is missing where Dask is not installed."""
    import importlib.util

    if importlib.util.find_spec("distributed") is None:
        raise UsageError(_("Dask is not installed here."), hint="pip install 'd2d-grader[dask]'")


def _run(run: Grading, found: Sequence[Entry], wanted: Wanted, term: Term) -> int:
    """Judge, write what belongs to the class as a whole, show it; the exit code."""
    outcomes = judged(run, found, color=wanted.color)
    write_class(run, outcomes, wanted)
    if wanted.notebook is not None:
        _write_notebooks(run, found, outcomes, term, wanted.notebook)
    if wanted.book is not None:
        add(wanted.book, term, run.out, outcomes, wanted.path)
    if wanted.json_file is not None:
        write_out(dumped(_as_json(run, outcomes)), wanted.json_file)
    if wanted.json_file != "-":
        click.echo(_shown(outcomes))
        click.echo(_in_short(outcomes, run.out.folder))
    return max(each.exit_code for each in outcomes)


def judged(run: Grading, found: Sequence[Entry], *, color: bool) -> list[Outcome]:
    """What came of each entry, in the order of the entries; what kept one from a report is said."""
    by_member: dict[str, Outcome] = {}
    with Progress(len(found), color) as progress:
        for outcome in run.outcomes(found):
            by_member[outcome.member] = outcome
            progress.count(outcome)
    outcomes = [by_member[entry.member] for entry in found]
    for trouble in [*run.out.troubles, *(each.trouble for each in outcomes)]:
        if trouble is not None:
            show(trouble)
    return outcomes


def write_class(run: Grading, outcomes: Sequence[Outcome], wanted: Wanted) -> None:
    """`summary.csv` and `index.html`: whoever has a report in the folder, and whoever has an entry but no report."""
    from grader.grading.classpage import class_page
    from grader.grading.cohort import Cohort
    from grader.report.summary import summary

    rows = {member: kept.row for member, kept in run.out.before.items()} | {each.member: each.row for each in outcomes}
    folder, assignment = run.out.folder, run.setting.assignment
    write_whole(folder / "summary.csv", summary(assignment.id, list(assignment.sections), sorted(rows.items())))
    missing = {each.member: each.trouble.what if each.trouble else "" for each in outcomes if each.row is None}
    if wanted.roster is not None:
        missing = {member: "" for member in _members(wanted.roster) if member not in rows} | missing
    graded = [row for row in rows.values() if row is not None]
    cohort = Cohort.of(assignment.id, assignment.title, assignment.pass_percent, graded, missing)
    if wanted.pages:
        _write_pages(run.out, [row.member for row in graded])
    write_whole(folder / "index.html", class_page(cohort, pages=_PAGES if wanted.pages else None))


def _write_pages(folder: ReportFolder, members: Sequence[str]) -> None:
    """A page for each member beside the class's: everything, since it is the staff that opens it."""
    from grader.render.page import report_page
    from grader.report.reader import read_file

    for member in members:
        write_whole(folder.folder / _PAGES / f"{member}.html", report_page(read_file(folder.path(member)).report))


def _check_notebook(pattern: Path, found: Sequence[Entry]) -> None:
    """Complain of a name that can't be written to, or that all would share, before anything is judged."""
    from grader.render.notebook import check_target

    if len(found) > 1 and "{member}" not in str(pattern):
        hint = _("For example: {name}.").format(name=pattern.with_stem("{member}"))
        raise UsageError(_("Several were handed in: the name needs {member} in it."), where=pattern, hint=hint)
    for entry in found:
        check_target(_notebook_of(pattern, entry.member), entry.path)


def _notebook_of(pattern: Path, member: str) -> Path:
    return Path(str(pattern).replace("{member}", member))


def _write_notebooks(
    run: Grading, found: Sequence[Entry], outcomes: Sequence[Outcome], term: Term, pattern: Path
) -> None:
    """Each member's work with the feedback in it, as far as the course lets members see hidden cases."""
    from datetime import datetime, timezone

    from grader.gradebook.feedback import seen
    from grader.render.notebook import write_feedback
    from grader.report.reader import read_file

    now = datetime.now(timezone.utc)
    for entry, outcome in zip(found, outcomes, strict=True):
        if outcome.row is not None:
            report = seen(read_file(run.out.path(entry.member)).report, term, now)
            target = _notebook_of(pattern, entry.member)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_feedback(report, entry.path, run.setting.assignment, target)


def _members(roster: Path) -> list[str]:
    from grader.course.roster import read_roster

    return read_roster(roster).members


def add(book: Path, term: Term, folder: ReportFolder, outcomes: Sequence[Outcome], path: Path) -> None:
    """Put the reports of this run into the gradebook; those that are in it already stay as they are."""
    from grader.report.reader import read_file

    files = [folder.path(each.member) for each in outcomes if each.row is not None]
    new = 0
    with open_book(book, term) as opened:
        for at in range(0, len(files), _AT_ONCE):
            documents = [(read_file(file), None, str(file)) for file in files[at : at + _AT_ONCE]]
            new += sum(added.new for added in opened.add_all(documents, by=whoami()))
        places = {"submissions": str(path.absolute()), "out": str(folder.folder.absolute())}
        opened.remember(folder.assignment, places, by=whoami())
    say(_("{file}: ").format(file=book) + ngettext("{n} new report", "{n} new reports", new).format(n=new))


def _as_json(run: Grading, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "assignment": run.setting.assignment.id,
        "judged": sum(each.row is not None and not each.kept for each in outcomes),
        "kept": sum(each.kept for each in outcomes),
        "entries": [
            {
                "member": each.member,
                "report": None if each.row is None else str(run.out.path(each.member)),
                "kept": each.kept,
                "trouble": None if each.trouble is None else each.trouble.what,
                **({} if each.row is None else each.row.as_json()),
            }
            for each in outcomes
        ],
    }


def _shown(outcomes: Sequence[Outcome]) -> str:
    """A line for each entry."""
    from grader.report.sheet import out_of

    rows = []
    for each in outcomes:
        if each.row is None:
            said = "" if each.trouble is None else each.trouble.what
            rows.append([each.member, "–", "–", f"! {said}"])
            continue
        row = each.row
        mark = "✓ " + _("passed") if row.passed else "✗ " + _("not passed")
        rest = [_("unchanged")] * each.kept + [_("a rerun is due: our own fault")] * (not row.complete)
        rows.append([row.member, out_of(row.score, row.max_score), f"{row.percent} %", ", ".join([mark, *rest])])
    return table([_("member"), _("points"), _("share"), ""], rows)


def _in_short(outcomes: Sequence[Outcome], out: Path) -> str:
    graded = [each.row for each in outcomes if each.row is not None]
    passed = sum(row.passed for row in graded)
    parts = [_("{n} passed").format(n=passed), _("{n} not passed").format(n=len(graded) - passed)]
    if len(graded) < len(outcomes):
        parts.append(_("{n} without a result").format(n=len(outcomes) - len(graded)))
    if kept := sum(each.kept for each in outcomes):
        parts.append(_("{n} unchanged since they were graded").format(n=kept))
    return "\n" + _("{counts}. Everything is in {folder}").format(counts=", ".join(parts), folder=out)


def _part(found: list[Entry], shard: str | None) -> list[Entry]:
    """The entries of one part: every N-th, by name, so that parts are of one size and none is in two."""
    if shard is None:
        return found
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", shard)
    if match is None or int(match[1]) > int(match[2]):
        hint = _("For instance: --shard 2/4")
        raise UsageError(_("{text} is no part of a whole.").format(text=shard), hint=hint)
    return found[int(match[1]) - 1 :: int(match[2])]


def limited(assignment: Assignment, seconds: float | None, megabytes: int | None) -> Assignment:
    """The assignment with other limits; a submission as a whole has as many times as many seconds as before."""
    limits = assignment.limits
    if seconds is not None:
        total = limits.total_seconds * max(1.0, seconds / limits.case_seconds)
        limits = replace(limits, case_seconds=seconds, total_seconds=total)
    if megabytes is not None:
        limits = replace(limits, memory_mb=megabytes)
    return replace(assignment, limits=limits)


def signing_key(named: Path | None, term: Term) -> SigningKey | None:
    """The private key that is named, that `D2D_KEY` names, or that lies beside the course's public one."""
    from_environment = os.environ.get(_KEY_VARIABLE)
    file = named or (Path(from_environment) if from_environment else None) or term.private_key
    if file is None:
        if term.public_key is not None:
            said = _("The reports are not signed, though the course has a key: its private half is not here.")
            say(said + " " + _("Name it: --key FILE, or {variable}.").format(variable=_KEY_VARIABLE))
        return None
    from grader.report.signature import read_public_key, read_signing_key

    key = read_signing_key(file)
    if term.public_key is not None and read_public_key(term.public_key).id != key.public.id:
        said = _("This is not the private half of the course's key, {file}.").format(file=term.public_key)
        raise UsageError(said, where=file)
    return key


@contextmanager
def ended_softly() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does: judges first, then this."""

    def stop(_number: int, _frame: object) -> None:
        raise click.Abort

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except (KeyboardInterrupt, click.Abort) as stopped:
        say(_("What was judged so far is kept: the same command goes on where this one ended."))
        raise click.Abort from stopped
    finally:
        signal.signal(signal.SIGTERM, before)

"""What `grade` and `regrade` share: their options, the run, how far it has come, the gradebook afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.app import print_error
from grader.cli.options import FILE, SECRET_OPTION, course_of, open_book, term_of
from grader.cli.paper import say, whoami
from grader.cli.progress import Progress
from grader.grading import ENGINES
from grader.i18n import _, ngettext

if TYPE_CHECKING:
    from grader.assignment.manifest import Assignment
    from grader.course.term import Term
    from grader.grading.batch import EntryResult, GradedPlace
    from grader.grading.entries import Entry
    from grader.grading.folder import ReportFolder
    from grader.grading.task import Engine, Setting
    from grader.report.report import Report
    from grader.report.signature import SigningKey

_F = TypeVar("_F", bound=Callable[..., Any])
_JOBS = os.cpu_count() or 1


def judging(function: _F) -> _F:
    """Give a command the options of those that judge a class."""
    options = (
        click.option("--jobs", type=click.IntRange(1), default=_JOBS, help=_("How many judges work at once.")),
        click.option(
            "--engine", type=click.Choice(list(ENGINES)), default="local", help=_("Who hands work to judges.")
        ),
        click.option(
            "--scheduler", metavar="URL", help=_("A Dask scheduler, tcp://…; without it --engine dask starts its own.")
        ),
        SECRET_OPTION,
        click.option("--key", type=FILE, help=_("The private key to sign with; else D2D_KEY, else the course's.")),
        click.option("--force", is_flag=True, help=_("Judge again what has not changed, too.")),
        click.option("--timeout", type=click.FloatRange(0, min_open=True), help=_("Seconds that a case has.")),
        click.option("--memory", type=click.IntRange(1), help=_("MB that a submission has.")),
    )
    for option in reversed(options):
        function = option(function)
    return function


@dataclass(frozen=True)
class JudgingRun:
    """What a command judges with: looked up once, the same for every folder of submissions."""

    assignment: Assignment
    term: Term
    key: SigningKey | None
    setting: Setting
    engine: Engine
    seed_commitment: str | None
    force: bool
    color: bool

    @classmethod
    def of(cls, hw: str, options: dict[str, Any], *, public: bool = False) -> JudgingRun:
        """The run that the command line and the course ask for."""
        from grader.grading.secret import commitment
        from grader.grading.task import Setting, limited
        from grader.i18n import language

        course = course_of(options)
        term = term_of(course)
        assignment = limited(course.assignment(hw), options["timeout"], options["memory"])
        key = None if public else _key(options["key"], term)
        secret = _secret(course.folder, options["secret_file"], term, public=public)
        setting = Setting(assignment, secret, language(), closed=not public, hidden=not public)
        engine = ENGINES[options["engine"]](setting, options["jobs"], options["scheduler"])
        seed_commitment = None if public else commitment(secret)
        color = not options["no_color"]
        return cls(assignment, term, key, setting, engine, seed_commitment, options["force"], color)

    def folder(self, out: Path) -> ReportFolder:
        """The folder for the reports."""
        from grader.grading.folder import ReportFolder

        return ReportFolder(out, self.assignment.id, self.key)

    def judge(
        self, entries: Sequence[Entry], folder: ReportFolder, veto: Callable[[Report], bool] = lambda _report: False
    ) -> list[EntryResult]:
        """The results in the order of the entries; what kept an entry from a report is printed."""
        from grader.grading.batch import Grading

        grading = Grading(self.setting, self.engine, folder, self.seed_commitment, self.force, veto)
        by_member: dict[str, EntryResult] = {}
        with Progress(len(entries), self.color) as progress:
            for result in grading.results(entries):
                by_member[result.member] = result
                progress.count(result)
        results = [by_member[entry.member] for entry in entries]
        for trouble in [*folder.troubles, *(result.trouble for result in results)]:
            if trouble is not None:
                print_error(trouble)
        return results


def _key(named: Path | None, term: Term) -> SigningKey | None:
    from grader.grading.secret import KEY_VARIABLE, signing_key

    key = signing_key(named, term)
    if key is None and term.public_key is not None:
        text = _("The reports are not signed, though the course has a key: its private half is not here.")
        say(text + " " + _("Name it: --key FILE, or {variable}.").format(variable=KEY_VARIABLE))
    return key


def _secret(course: Path, named: Path | None, term: Term, *, public: bool) -> bytes:
    from grader.grading.secret import secret_of

    if public:
        from grader.judge.cases import PUBLIC_SECRET

        return PUBLIC_SECRET
    secret, made = secret_of(course, named, term.secret_file)
    if made is not None:
        say(_("The course had no secret; {file} holds one now. Keep it: it makes scores repeatable.").format(file=made))
    return secret


def store(book: Path, term: Term, folder: ReportFolder, members: Sequence[str], place: GradedPlace) -> None:
    """Put the members' reports into the gradebook and say how many were new."""
    from grader.grading.batch import store_reports

    with open_book(book, term) as gradebook:
        new = store_reports(gradebook, folder, members, place, by=whoami())
    say(_("{file}: ").format(file=book) + ngettext("{n} new report", "{n} new reports", new).format(n=new))


@contextmanager
def ended_softly() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does: first the judges, then this process."""

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

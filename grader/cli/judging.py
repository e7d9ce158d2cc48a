"""What `grade` and `regrade` share: their options, the run, how far it has come, the gradebook afterwards."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.assignment.manifest import Assignment
from grader.boundary import TakeTrouble
from grader.cli.app import print_error
from grader.cli.options import FILE, SECRET_OPTION, UNSIGNED_OPTION, course_of, open_book, with_options
from grader.cli.paper import say, whoami
from grader.cli.typed import as_typed
from grader.course.course import Term
from grader.grading import ENGINES, Engine, Setting, limited
from grader.grading.batch import EntryResult, GradedPlace, Grading, store_reports
from grader.grading.entries import Entry
from grader.grading.folder import ReportFolder
from grader.grading.secret import KEY_VARIABLE, Seal, commitment, secret_of, signing_key
from grader.i18n import _, language, ngettext
from grader.report.report import Report

if TYPE_CHECKING:
    from grader.report.signature import SigningKey

_LINE_SECONDS = 2.0  # between two lines where there is no terminal
judging = with_options(
    click.option(
        "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help=_("How many judges work at once.")
    ),
    click.option("--engine", type=click.Choice(list(ENGINES)), default="local", help=_("Who hands work to judges.")),
    click.option(
        "--scheduler", metavar="URL", help=_("A Dask scheduler, tcp://…; without it --engine dask starts its own.")
    ),
    SECRET_OPTION,
    click.option("--key", type=FILE, help=_("The private key to sign with; else D2D_KEY, else the course's.")),
    UNSIGNED_OPTION,
    click.option("--force", is_flag=True, help=_("Judge again what has not changed, too.")),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), help=_("Seconds that a case has.")),
    click.option("--memory", type=click.IntRange(1), help=_("MB that a submission has.")),
)


@dataclass
class Progress:
    """Count results on standard error: a bar on a terminal, elsewhere a line now and then.

    It says how many are done, passed, not passed and without a report; how fast it goes, and how long it will take.
    """

    total: int
    color: bool = True
    done: int = 0
    passed: int = 0
    failed: int = 0
    trouble: int = 0
    judged: int = 0  # not kept from an earlier run: these say how long the rest takes
    started: float = field(default_factory=time.monotonic)
    _printed: float = field(default_factory=time.monotonic)
    _bar: Any = None
    _row: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[text]}", markup=False))
            console = Console(stderr=True, no_color=not self.color, highlight=False)
            self._bar = Bar(*columns, console=console, transient=True)
            self._row = self._bar.add_task("", total=self.total, text="")
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def count(self, result: EntryResult) -> None:
        """Count one more result and show it."""
        self.done += 1
        self.judged += result.row is not None and not result.kept
        if result.row is None or not result.row.complete:
            self.trouble += 1
        elif result.row.passed:
            self.passed += 1
        else:
            self.failed += 1
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._row, completed=self.done, text=self._text(now))
        elif now - self._printed >= _LINE_SECONDS:
            self._printed = now
            click.echo(_("{done} of {total}: ").format(done=self.done, total=self.total) + self._text(now), err=True)

    def _text(self, now: float) -> str:
        parts = [_("{n} passed").format(n=self.passed), _("{n} not passed").format(n=self.failed)]
        if self.trouble:
            parts.append(_("{n} without a result").format(n=self.trouble))
        if self.judged and now > self.started:
            rate = self.judged / (now - self.started)
            minutes, seconds = divmod(int((self.total - self.done) / rate), 60)
            parts.append(_("{rate} a second").format(rate=f"{rate:.1f}"))
            parts.append(_("{minutes}:{seconds} left").format(minutes=minutes, seconds=f"{seconds:02}"))
        return ", ".join(parts)


@dataclass
class Looking:
    """Says on standard error how many of the reports that were there have been looked at, where that takes long."""

    printed: float = field(default_factory=time.monotonic)

    def tell(self, done: int, total: int) -> None:
        """Say it, if it was not said a moment ago."""
        now = time.monotonic()
        if now - self.printed >= _LINE_SECONDS:
            self.printed = now
            text = _("Looking at the reports that are there: {done} of {total}")
            click.echo(text.format(done=done, total=total), err=True)


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
    unsigned: bool
    color: bool

    @classmethod
    def of(cls, hw: str, options: dict[str, Any], *, public: bool = False) -> JudgingRun:
        """The run that the command line and the course ask for."""
        course = course_of(options)
        term = course.term
        assignment = limited(course.assignment(hw), options["timeout"], options["memory"])
        key = None if public else _key(options["key"], term)
        secret = _public_secret() if public else _secret(course.folder, options["secret_file"], term)
        setting = Setting(assignment, secret, language(), closed=not public, hidden=not public)
        engine = ENGINES[options["engine"]](setting, options["jobs"], options["scheduler"])
        seed_commitment = None if public else commitment(secret)
        flags = options["force"], options["unsigned"], not options["no_color"]
        return cls(assignment, term, key, setting, engine, seed_commitment, *flags)

    def folder(self, out: Path, *, read_again: bool) -> ReportFolder:
        """The folder for the reports."""
        seal = Seal.of(self.setting.secret) if self.key is None and self.setting.hidden else None
        return ReportFolder(out, self.assignment.id, self.key, seal, read_again=read_again, tell=Looking().tell)

    def judge(
        self, entries: Sequence[Entry], folder: ReportFolder, veto: Callable[[Report], bool] = lambda _report: False
    ) -> list[EntryResult]:
        """The results in the order of the entries; what kept an entry from a report is printed."""
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
    key = signing_key(named, term)
    if key is None and term.public_key is not None:
        text = _("The reports are not signed, though the course has a key: its private half is not here.")
        say(text + " " + _("Name it: --key FILE, or {variable}.").format(variable=KEY_VARIABLE))
    return key


def _public_secret() -> bytes:
    from grader.judge.cases import PUBLIC_SECRET  # it brings NumPy: a class that is judged already does without

    return PUBLIC_SECRET


def _secret(course: Path, named: Path | None, term: Term) -> bytes:
    secret, made = secret_of(course, named, term.secret_file)
    if made is not None:
        say(
            _("The course had no secret; {file} holds one now. Keep it: it makes scores repeatable.").format(
                file=as_typed(made)
            )
        )
    return secret


def store(
    book: Path,
    run: JudgingRun,
    folder: ReportFolder,
    members: Sequence[str],
    place: GradedPlace,
    take: TakeTrouble,
    submitted: Mapping[str, datetime] | None = None,
) -> None:
    """Put the members' reports into the gradebook and say how many were new."""
    with open_book(book, run.term, unsigned=run.unsigned) as gradebook:
        new = store_reports(gradebook, folder, members, place, by=whoami(), take=take, submitted=submitted or {})
    say(_("{file}: ").format(file=as_typed(book)) + ngettext("{n} new report", "{n} new reports", new).format(n=new))

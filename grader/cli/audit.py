"""`d2d audit`: the proof that an assignment's cases judge rightly."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.cells import cell_len, set_cell_size  # Hangul is two cells wide

from grader.authoring.audit import Audit
from grader.authoring.lines import AuditLine
from grader.clean import printable
from grader.cli.options import JSON_OPTION, common, course_of
from grader.cli.paper import give_result
from grader.errors import ALL_PASSED, NOT_ALL_PASSED
from grader.grading import Done
from grader.i18n import _


@click.command()
@click.argument("hw")
@click.option("--seeds", default=50, show_default=True, help=_("With how many seeds the reference is tried."))
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help=_("How many judges work at once."))
@click.option("--mutants", type=click.IntRange(1), help=_("Try so many mutants at most; without it, all of them."))
@JSON_OPTION
@common
def audit_command(hw: str, seeds: int, jobs: int, mutants: int | None, json_file: str | None, **options: Any) -> None:
    """Prove the cases of HW."""
    course = course_of(options)
    corpus = course.folder / "tests" / "corpus" / hw
    with _counting() as count:
        lines = Audit(course.assignment(hw), seeds, jobs, corpus, count, mutants).lines()
    passed = all(line.ok for line in lines)
    value = {"assignment": hw, "ok": passed, "checks": [line.as_json() for line in lines]}
    give_result(value, _lines(lines), json_file)
    raise SystemExit(ALL_PASSED if passed else NOT_ALL_PASSED)


@contextmanager
def _counting() -> Iterator[Callable[[Done], None]]:
    """What to call after each judging: how many there were stands on one line of a terminal's standard error."""
    shown, numbers = sys.stderr.isatty(), itertools.count(1)

    def count(_done: Done) -> None:
        if shown:
            click.echo("\r" + _("{count} judged").format(count=next(numbers)), nl=False, err=True)

    yield count
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def _lines(lines: Sequence[AuditLine]) -> Iterator[str]:
    def row(mark: str, name: str, tried: object, held: object, remark: str) -> str:
        numbers = "".join(" " * (8 - cell_len(str(value))) + str(value) for value in (tried, held))
        return f"{mark} {set_cell_size(name, 20)}{numbers}  {remark}".rstrip()

    yield row(" ", "", _("tried"), _("held"), "")
    for line in lines:
        yield row("✓" if line.ok else "✗", line.title, line.tried, line.held, line.remark)
        yield from (f"    {printable(failure)}" for failure in line.failures)

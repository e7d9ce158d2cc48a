"""`d2d audit`: the proof that an assignment's cases judge rightly."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import JSON_OPTION, common, course_of
from grader.cli.paper import give_result
from grader.errors import ALL_PASSED, NOT_ALL_PASSED
from grader.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.authoring.lines import AuditLine
    from grader.grading.task import Done


@click.command(help=_("Prove the cases of an assignment before they judge anybody."))
@click.argument("hw")
@click.option("--seeds", default=50, show_default=True, help=_("With how many seeds the reference is tried."))
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help=_("How many judges work at once."))
@JSON_OPTION
@common
def audit_command(hw: str, seeds: int, jobs: int, json_file: str | None, **options: Any) -> None:
    """Prove the cases of HW."""
    from grader.authoring.audit import Audit

    course = course_of(options)
    corpus = course.folder / "tests" / "corpus" / hw
    counter = _Counter()
    lines = Audit(course.assignment(hw), seeds, jobs, corpus, counter.count).lines()
    counter.clear()
    passed = all(line.ok for line in lines)
    give_result(
        {"assignment": hw, "ok": passed, "checks": [line.as_json() for line in lines]}, _lines(lines), json_file
    )
    raise SystemExit(ALL_PASSED if passed else NOT_ALL_PASSED)


class _Counter:
    """How many were judged, on one line of a terminal's standard error."""

    def __init__(self) -> None:
        self.shown, self.number = sys.stderr.isatty(), 0

    def count(self, _done: Done) -> None:
        self.number += 1
        if self.shown:
            click.echo("\r" + _("{count} judged").format(count=self.number), nl=False, err=True)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _lines(lines: Sequence[AuditLine]) -> Iterator[str]:
    from rich.cells import cell_len, set_cell_size  # Hangul is two cells wide

    from grader.clean import printable

    def row(mark: str, name: str, tried: object, held: object, remark: str) -> str:
        numbers = "".join(" " * (8 - cell_len(str(value))) + str(value) for value in (tried, held))
        return f"{mark} {set_cell_size(name, 20)}{numbers}  {remark}".rstrip()

    yield row(" ", "", _("tried"), _("held"), "")
    for line in lines:
        yield row("✓" if line.ok else "✗", line.title, line.tried, line.held, line.remark)
        yield from (f"    {printable(failure)}" for failure in line.failures)

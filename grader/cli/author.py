"""Commands for authors of assignments."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.app import common
from grader.errors import ALL_PASSED, NOT_ALL_PASSED, UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.authoring.line import AuditLine
    from grader.grading.task import Done


@click.command(help=_("Prove the cases of an assignment before they judge anybody."))
@click.argument("hw")
@click.option("--seeds", default=50, show_default=True, help=_("With how many seeds the reference is tried."))
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help=_("How many judges work at once."))
@click.option("--json", "json_file", metavar="FILE|-", help=_("Write the result as JSON; - prints nothing else."))
@common
def audit(hw: str, seeds: int, jobs: int, json_file: str | None, **options: Any) -> None:
    """Prove the cases of HW."""
    from grader.authoring.audit import Audit
    from grader.course.course import find_course

    course = find_course(Path.cwd(), options["course"])
    corpus = course.folder / "tests" / "corpus" / hw
    done = _Counter()
    checks = Audit(course.assignment(hw), seeds, jobs, corpus, done.count).checks()
    done.clear()
    result = {"assignment": hw, "ok": all(check.ok for check in checks), "checks": [one.as_json() for one in checks]}
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if json_file == "-":
        sys.stdout.write(text)
    else:
        if json_file is not None:
            Path(json_file).write_text(text, "utf-8")
        _show(checks)
    raise SystemExit(ALL_PASSED if result["ok"] else NOT_ALL_PASSED)


@click.command(help=_("Write the folder that members receive."))
@click.argument("hw", required=False)
@click.option("--all", "everything", is_flag=True, help=_("Every assignment of the course."))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help=_("The folder to write."))
@functools.partial(common, languages=("ko", "en", "both"))
def release(hw: str | None, everything: bool, out: Path, lang: str | None, **options: Any) -> None:
    """Release HW or all."""
    from grader.authoring.release import write_release
    from grader.clean import printable
    from grader.course.course import find_course

    course = find_course(Path.cwd(), options["course"])
    if (hw is None) != everything:
        raise UsageError(_("Name an assignment, or give --all."))
    ids = course.ids() if everything else [str(hw)]
    for file in write_release(course, ids, out, ("ko", "en") if lang in (None, "both") else (str(lang),)):
        click.echo(printable(str(file)))


@click.command(help=_("Begin an assignment with all of its files."))
@click.argument("hw")
@common
def new(hw: str, **options: Any) -> None:
    """Begin the assignment HW."""
    from grader.authoring.new import begin
    from grader.clean import printable
    from grader.course.course import find_course

    course = find_course(Path.cwd(), options["course"])
    for file in begin(course, hw):
        click.echo(printable(str(file)))
    click.echo(_("Fill these in, then prove them: d2d audit {name}").format(name=hw), err=True)


class _Counter:
    """How many were judged, on one line of standard error, where somebody looks on."""

    def __init__(self) -> None:
        self.shown, self.number = sys.stderr.isatty(), 0

    def count(self, _done: Done) -> None:
        self.number += 1
        if self.shown:
            click.echo("\r" + _("{count} judged").format(count=self.number), nl=False, err=True)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _show(checks: list[AuditLine]) -> None:
    from rich.cells import cell_len, set_cell_size  # Hangul is two cells wide

    from grader.clean import printable

    def row(mark: str, name: str, tried: object, held: object, remark: str) -> str:
        numbers = "".join(" " * (8 - cell_len(str(value))) + str(value) for value in (tried, held))
        return f"{mark} {set_cell_size(name, 20)}{numbers}  {remark}".rstrip()

    click.echo(row(" ", "", _("tried"), _("held"), ""))
    for check in checks:
        click.echo(row("✓" if check.ok else "✗", check.title, check.tried, check.held, check.remark))
        for failure in check.failures:
            click.echo(f"    {printable(failure)}")

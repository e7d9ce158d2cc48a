"""`d2d export`: reports in the forms that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.cli.options import FILE, OUTPUT, common
from grader.cli.paper import write_out
from grader.errors import UsageError
from grader.i18n import _
from grader.render import FORMS, render
from grader.report.reader import read_file


@click.command()
@click.argument("reports", nargs=-1, required=True, type=FILE)
@click.option("--format", "form", type=click.Choice(list(FORMS)), required=True, help=_("The form to write."))
@click.option(
    "--out", type=OUTPUT, default="-", metavar="FILE|-", help=_("The file to write; - is standard output, the default.")
)
@common
def export_command(reports: tuple[Path, ...], form: str, out: str, **_options: Any) -> None:
    """Write REPORTS in another form. What they hold of hidden cases is in it too: for members, cut it first."""
    if FORMS[form].one_report and len(reports) > 1:
        raise UsageError(_("A file of this form holds one report: give them one by one."), where=form)
    write_out(render(form, [read_file(path).report for path in reports]), out)

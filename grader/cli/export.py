"""`d2d export`: reports in the forms that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.app import common
from grader.cli.paper import put
from grader.errors import UsageError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.report.report import Report

FORMATS = ("junit", "markdown", "html", "csv", "gradescope")
_ONE_EACH = ("html", "gradescope")  # forms that hold one report and no more


@click.command(help=_("Write reports in another form: for CI, a comment on GitHub, a spreadsheet, Gradescope."))
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help=_("The form to write."))
@click.option("--out", default="-", metavar="FILE|-", help=_("The file to write; - is standard output, the default."))
@common
def export(reports: tuple[Path, ...], form: str, out: str, **_options: Any) -> None:
    """Write REPORTS in another form. What they hold of hidden cases is in it too: for members, cut it first."""
    from grader.report.reader import read_file

    if form in _ONE_EACH and len(reports) > 1:
        raise UsageError(_("A file of this form holds one report: give them one by one."), where=form)
    put(_writer(form)([read_file(path).report for path in reports]), out)


def _writer(form: str) -> Callable[[Sequence[Report]], str]:
    if form == "junit":
        from grader.render.junit import junit

        return junit
    if form == "csv":
        from grader.render.bysection import by_section

        return by_section
    if form == "markdown":
        from grader.render.markdown import markdown

        return lambda reports: "\n".join(map(markdown, reports))
    if form == "html":
        from grader.render.page import report_page

        return lambda reports: report_page(reports[0])
    from grader.render.gradescope import gradescope

    return lambda reports: gradescope(reports[0])

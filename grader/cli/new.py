"""`d2d new`: the files of an assignment that begins."""

from __future__ import annotations

from typing import Any

import click

from grader.authoring.new import begin
from grader.clean import printable
from grader.cli.options import common, course_of
from grader.i18n import _


@click.command()
@click.argument("hw")
@common
def new_command(hw: str, **options: Any) -> None:
    """Begin the assignment HW."""
    for file in begin(course_of(options), hw):
        click.echo(printable(str(file)))
    click.echo(_("Fill these in, then prove them: d2d audit {name}").format(name=hw), err=True)

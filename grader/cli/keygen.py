"""`d2d keygen`: a pair of keys that sign reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from grader.cli.options import FILE, common
from grader.cli.paper import say
from grader.cli.typed import as_typed
from grader.errors import UsageError
from grader.grading.secret import VARIABLE, secret_of
from grader.i18n import _
from grader.report.signature import PUBLIC_SUFFIX
from grader.report.signature import keygen as make_keys


@click.command()
@click.argument("file", type=FILE, default=Path("d2d.key"), metavar="[FILE]")
@click.option("--from-secret", is_flag=True, help=_("The pair that belongs to D2D_SECRET: the same at every time."))
@common
def keygen_command(file: Path, from_secret: bool, **_options: Any) -> None:
    """Make a pair of keys."""
    if from_secret and not os.environ.get(VARIABLE):
        raise UsageError(_("{variable} is not set.").format(variable=VARIABLE))
    key = make_keys(file, secret_of(file.parent, None, None)[0] if from_secret else None)
    shown = as_typed(file)
    click.echo(
        _("private key  {file}   keep it on the staff's machine, and out of every repository").format(file=shown)
    )
    click.echo(
        _("public key   {file}   for everybody; its id is {id}").format(file=f"{shown}{PUBLIC_SUFFIX}", id=key.id)
    )
    say(_('In d2d.toml: [signing] public_key = "{name}"').format(name=f"{file.name}{PUBLIC_SUFFIX}"))

"""Commands for signatures: make a pair of keys, check reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from grader.cli.app import common, show
from grader.cli.paper import say
from grader.cli.ta import course_of, term_of
from grader.errors import BAD_INPUT, NOT_ALL_PASSED, BadInputError, UsageError
from grader.i18n import _

_FILE = click.Path(path_type=Path, dir_okay=False)
_REPORTS = "reports"  # the folder in which `d2d grade` names each file after its member


@click.command(help=_("Make a pair of keys that sign reports. Nothing is ever overwritten."))
@click.argument("file", type=_FILE, default=Path("d2d.key"), metavar="[FILE]")
@click.option("--from-secret", is_flag=True, help=_("The pair that belongs to D2D_SECRET: the same at every time."))
@common
def keygen(file: Path, from_secret: bool, **_options: Any) -> None:
    """Make a pair of keys."""
    from grader.grading.secret import VARIABLE, secret_of
    from grader.report.signature import PUBLIC_SUFFIX
    from grader.report.signature import keygen as make

    if from_secret and not os.environ.get(VARIABLE):
        raise UsageError(_("{variable} is not set.").format(variable=VARIABLE))
    key = make(file, secret_of(file.parent, None, None)[0] if from_secret else None)
    click.echo(_("private key  {file}   keep it on the staff's machine, and out of every repository").format(file=file))
    click.echo(
        _("public key   {file}   for everybody; its id is {id}").format(file=f"{file}{PUBLIC_SUFFIX}", id=key.id)
    )
    say(_('In d2d.toml: [signing] public_key = "{name}"').format(name=f"{file.name}{PUBLIC_SUFFIX}"))


@click.command(help=_("Check that reports are signed by the course's key, and unchanged since."))
@click.argument("reports", nargs=-1, required=True, type=_FILE)
@click.option("--key", type=_FILE, help=_("The public key; default: the one that d2d.toml names."))
@click.option("--member", help=_("Whose reports they have to be."))
@common
def verify(reports: tuple[Path, ...], key: Path | None, member: str | None, **options: Any) -> None:
    """Check reports."""
    from grader.clean import inline
    from grader.report.signature import Check, read_public_key, sentence

    if key is None:
        key = term_of(course_of(options)).public_key
    if key is None:
        hint = _("Name one: --key FILE, or [signing] public_key in d2d.toml.")
        raise UsageError(_("No key is known to check by."), hint=hint)
    public = read_public_key(key)
    code = 0
    for path in reports:
        try:
            said, good = _checked(path, member, public, sentence, Check.VALID)
        except BadInputError as error:
            show(error)
            code = BAD_INPUT
            continue
        click.echo(inline(f"{'✓' if good else '✗'} {path}: {said}", 1000))
        if not good:
            code = max(code, NOT_ALL_PASSED)
    raise SystemExit(code)


def _checked(path: Path, member: str | None, public: Any, sentence: Any, valid: Any) -> tuple[str, bool]:
    """What is to be said of one file, and whether it holds."""
    from grader.gradebook.book import normal
    from grader.report.reader import read_file

    document = read_file(path)
    report = document.report
    found = public.check(document)
    whose = normal(report.member)
    said = f"{whose}, {report.assignment}, {report.percent} %: {sentence(found, public)}"
    if member is not None and normal(member) != whose:
        return _("{said}; but it is not {member}'s").format(said=said, member=member), False
    # A report that is put in another member's place still carries a valid signature.
    if path.absolute().parent.name == _REPORTS and normal(path.stem) != whose:
        return _("{said}; but the file is called {file}").format(said=said, file=path.name), False
    return said, found is valid

"""`d2d verify`: whether reports are signed by the course's key, and unchanged since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.clean import inline
from grader.cli.app import print_error
from grader.cli.options import FILE, common, course_of
from grader.cli.typed import as_typed
from grader.errors import BAD_INPUT, NOT_ALL_PASSED, BadInputError, UsageError
from grader.i18n import _
from grader.member import MemberName
from grader.report.reader import read_file
from grader.report.signature import Check, PublicKey, read_public_key, sentence

_REPORTS = "reports"  # the folder in which `d2d grade` names each file after its member


@click.command()
@click.argument("reports", nargs=-1, required=True, type=FILE)
@click.option("--key", type=FILE, help=_("The public key; default: the one that d2d.toml names."))
@click.option("--member", type=MemberName, metavar="TEXT", help=_("Whose reports they have to be."))
@common
def verify_command(reports: tuple[Path, ...], key: Path | None, member: str | None, **options: Any) -> None:
    """Check reports."""
    if key is None:
        key = course_of(options).term.public_key
    if key is None:
        hint = _("Name one: --key FILE, or [signing] public_key in d2d.toml.")
        raise UsageError(_("No key is known to check by."), hint=hint)
    public = read_public_key(key)
    code = 0
    for path in reports:
        try:
            text, holds = _checked(path, member, public)
        except BadInputError as error:
            print_error(error)
            code = BAD_INPUT
            continue
        click.echo(inline(f"{'✓' if holds else '✗'} {as_typed(path)}: {text}", 1000))
        if not holds:
            code = max(code, NOT_ALL_PASSED)
    raise SystemExit(code)


def _checked(path: Path, member: str | None, public: PublicKey) -> tuple[str, bool]:
    """What the look at one report found, in words, and whether all of it is as it should be."""
    document = read_file(path)
    report = document.report
    result = public.check(document)
    owner = report.member
    text = f"{owner}, {report.assignment}, {report.percent} %: {sentence(result, public)}"
    if member is not None and member != owner:
        return _("{said}; but it is not {member}'s").format(said=text, member=member), False
    # A report that is put in another member's place still carries a valid signature.
    if path.absolute().parent.name == _REPORTS and MemberName(path.stem) != owner:
        return _("{said}; but the file is called {file}").format(said=text, file=path.name), False
    return text, result is Check.VALID

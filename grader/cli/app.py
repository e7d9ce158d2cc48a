"""The group of commands, what they have in common, and how errors are shown."""

from __future__ import annotations

import importlib
import sys
from difflib import get_close_matches
from typing import Any

import click

from grader import __version__
from grader.errors import ALL_PASSED, BAD_INPUT, OUR_FAULT, STOPPED, D2DError
from grader.i18n import LANGUAGES, _

_COMMANDS = (
    *("check", "grade", "regrade", "audit", "release", "new", "collect", "actions", "doctor", "status", "promote"),
    *("override", "gradebook", "feedback", "similar", "inspect", "keygen", "verify", "export"),
)


class Commands(click.Group):
    """Commands that are imported when they are called, and errors that say what, where and what next."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"grader.cli.{cmd_name}"), f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed, or what might have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if not (near := get_close_matches(args[0], _COMMANDS, 1)):
                raise
            raise click.UsageError(f"{error.message} {_('Did you mean {name}?').format(name=near[0])}", ctx) from error

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command; its exit code, whatever happens in it."""
        debug = "--debug" in sys.argv
        try:
            code = super().main(*arguments, **{**options, "standalone_mode": False})
            return code if isinstance(code, int) else ALL_PASSED
        except click.Abort:  # Ctrl-C: not a judgement
            click.echo(_("Stopped."), err=True)
            return STOPPED
        except click.ClickException as error:
            error.show()
            return BAD_INPUT
        except D2DError as error:
            if debug:
                raise
            print_error(error)
            return error.exit_code
        except Exception as error:
            if debug:
                raise
            from grader.clean import printable

            reason = printable(f"{type(error).__name__}: {error}")
            click.echo(_("d2d itself failed: {reason}").format(reason=reason), err=True)
            click.echo(_("Run it once more with --debug and show the staff what it prints."), err=True)
            return OUR_FAULT


def error_text(error: D2DError) -> str:
    """What went wrong, where, and what to do next, a line each."""
    from grader.clean import printable

    where = "" if error.where is None else f"{printable(error.where)}: "
    text = _("Error: {what}").format(what=where + printable(error.what))
    return text if not error.hint else f"{text}\n{printable(error.hint)}"


def print_error(error: D2DError) -> None:
    """Print an error on standard error."""
    click.echo(error_text(error), err=True)


@click.group(
    cls=Commands,
    help=_("d2d judges the assignments of the study group."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="d2d")
@click.option("--lang", type=click.Choice(LANGUAGES), help=_("Language of what is printed."))
def d2d(**_lang: object) -> None:
    """All commands below it."""

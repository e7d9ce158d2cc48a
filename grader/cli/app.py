"""The group of commands, what they have in common, and how errors are shown."""

from __future__ import annotations

import gettext
import importlib
import os
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import click

from grader import __version__
from grader.clean import printable
from grader.cli.streams import lost_output
from grader.cli.typed import as_typed
from grader.errors import ALL_PASSED, BAD_INPUT, OUR_FAULT, STOPPED, D2DError
from grader.i18n import CATALOGS, LANGUAGES, _, ngettext

_LONGEST_TRACE = 20_000  # characters
# The help of all commands stands here, so that `d2d --help` imports none of them.
_COMMANDS = {
    "check": _("Judge your own work by the public cases."),
    "grade": _("Judge one submission, or a folder of them, by public and hidden cases."),
    "regrade": _("Judge again what changed cases affect; say whose score moved, by how much, by which case."),
    "audit": _("Prove the cases of an assignment before they judge anybody."),
    "release": _("Write the folder that members receive."),
    "new": _("Begin an assignment with all of its files."),
    "collect": _("Fetch every member's repository as it was before the deadline, for `d2d grade`."),
    "actions": _("What the workflows of GitHub Actions run."),
    "doctor": _("Show what this machine offers, and whether hidden cases should be judged on it."),
    "status": _("Your reports so far, and what you still need for promotion."),
    "promote": _("Decide who is promoted, by which rule, and what is missing."),
    "override": _("Let a TA's points stand for a member's assignment, whatever is graded."),
    "gradebook": _("Look into a gradebook: what counts, who changed what, and whether it is whole."),
    "feedback": _("Cut reports to what each member may see now, by the rules of the course."),
    "similar": _("Pairs of submissions that share more code than what was given and chance explain."),
    "inspect": _("Run one case of one submission again and show everything that the staff may see."),
    "keygen": _("Make a pair of keys that sign reports. Nothing is ever overwritten."),
    "verify": _("Check that reports are signed by the course's key, and unchanged since."),
    "export": _("Write reports in another form: for CI, a comment on GitHub, a spreadsheet, Gradescope."),
}


class Commands(click.Group):
    """Commands that are imported when they are called, and errors that say what, where and what next."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"grader.cli.{cmd_name}"), f"{cmd_name}_command")
        command.help = _COMMANDS[cmd_name]
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl(list(_COMMANDS.items()))

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
            if (reason := lost_output(error)) is not None:
                click.echo(_("Standard output can't be written: {reason}.").format(reason=reason), err=True)
                return OUR_FAULT
            if debug:
                raise
            reason = printable(f"{type(error).__name__}: {error}")
            click.echo(_("d2d itself failed: {reason}").format(reason=reason), err=True)
            click.echo(_("Run it once more with --debug and show the staff what it prints."), err=True)
            return OUR_FAULT


def error_text(error: D2DError) -> str:
    """What went wrong, where, and what to do next, a line each."""
    where = "" if error.where is None else f"{printable(as_typed(error.where))}: "
    text = _("Error: {what}").format(what=where + printable(error.what))
    return text if not error.hint else f"{text}\n{printable(error.hint)}"


def print_error(error: D2DError) -> None:
    """Print an error on standard error; with `--debug` also where it was raised, if it came through a boundary."""
    if error.trace and "--debug" in sys.argv:
        click.echo(printable(error.trace, _LONGEST_TRACE), err=True)
    click.echo(error_text(error), err=True)


@dataclass(frozen=True)
class Troubles:
    """What went wrong with whom, printed as it comes; the run goes on."""

    by_member: dict[str, D2DError] = field(default_factory=dict)

    def __call__(self, member: str, trouble: D2DError) -> None:
        print_error(trouble)
        self.by_member.setdefault(member, trouble)

    @property
    def exit_code(self) -> int:
        return max((trouble.exit_code for trouble in self.by_member.values()), default=ALL_PASSED)


@click.group(
    cls=Commands,
    help=_("d2d judges the assignments of the study group."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="d2d")
@click.option("--lang", type=click.Choice(LANGUAGES), help=_("Language of what is printed."))
def d2d(**_lang: object) -> None:
    """All commands below it."""


def translate(language: str) -> None:
    """Let click speak it, which asks `gettext`: only for a process that is ours alone."""
    gettext.bindtextdomain("d2d", CATALOGS)
    gettext.textdomain("d2d")
    os.environ["LANGUAGE"] = language  # the only way to tell gettext's own functions


def words() -> tuple[str, ...]:
    """The messages of click that people see; they stand here so that they get into our catalogs."""
    return (
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Show this message and exit."),
        _("Show the version and exit."),
        _("Try '{command} {option}' for help."),
        _("Error: {message}"),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        _("Missing argument"),
        _("Missing option"),
        _("Missing command."),
        _("No such option {name!r}."),
        _("No such command {name!r}."),
        _("Option {name!r} does not take a value."),
        _("{name} {filename!r} does not exist."),
        _("{name} {filename!r} is a file."),
        _("{name} {filename!r} is a directory."),
        _("{value!r} is not a valid {number_type}."),
        _("{value} is not in the range {range}."),
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 2),
        ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 2),
    )

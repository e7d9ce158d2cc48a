"""Let click speak the language in use: it asks `gettext`, and `gettext` is told where our catalogs are."""

from __future__ import annotations

import gettext
import os

from grader.i18n import CATALOGS, _, ngettext


def translate(language: str) -> None:
    """From now on `gettext` finds click's messages in our catalogs; only for a process that is ours alone."""
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

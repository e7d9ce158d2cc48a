"""click's own words in the language in use: it looks them up in a catalog of the whole process, where there is none."""

from __future__ import annotations

import sys

from grader.i18n import _, ngettext


def speak() -> None:
    """Let every module of click look its words up in ours."""
    for name, module in list(sys.modules.items()):
        if name.startswith("click."):
            for word, ours in (("_", _), ("ngettext", ngettext)):
                if word in vars(module):
                    setattr(module, word, ours)


def words() -> tuple[str, ...]:
    """What click says where people of this program see it; it stands here so that it gets into the catalog."""
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

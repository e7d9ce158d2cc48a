"""The command line: parse and print, nothing else."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """The command `d2d`."""
    _put_pythonpath_last()
    from grader import i18n

    # The help of each command is written when its module is imported, so the language is chosen before.
    i18n.use(_language(sys.argv[1:]) or i18n.from_locale())
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from grader.github.log import guard

        guard()
    from grader.cli.app import d2d
    from grader.cli.clicks import translate

    translate(i18n.language())
    sys.exit(d2d())


def _put_pythonpath_last() -> None:
    """Keep the folders of PYTHONPATH importable, after all that is installed: there may be somebody's own numpy.py."""
    folders = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path.sort(key=lambda entry: bool(entry) and os.path.abspath(entry) in folders)


def _language(arguments: list[str]) -> str | None:
    """The value of `--lang`, wherever it stands; click complains later of one that is not known."""
    from grader.i18n import LANGUAGES

    for at, argument in enumerate(arguments):
        name, _equals, value = argument.partition("=")
        if name == "--lang":
            value = value or (arguments[at + 1] if at + 1 < len(arguments) else "")
            return value if value in LANGUAGES else None
    return None

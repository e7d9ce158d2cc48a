"""The command line: parse and print, nothing else."""

from __future__ import annotations

import os
import sys

# What PYTHONPATH names stands before everything that is installed, and a folder of somebody's own with a numpy.py in
# it is common there. It stays reachable, but last.
_theirs = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
sys.path.sort(key=lambda entry: os.path.abspath(entry) in _theirs if entry else False)


def main() -> None:
    """The command `d2d`."""
    from grader import i18n

    # Before the commands are made: their help is written in the language that is asked for.
    i18n.use(_language(sys.argv[1:]) or i18n.from_locale())
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from grader.github.log import guard

        guard()
    from grader.cli.app import d2d
    from grader.cli.clicks import speak

    speak()
    sys.exit(d2d())


def _language(arguments: list[str]) -> str | None:
    """The language of `--lang`, wherever it stands; a wrong one is left for click to complain of."""
    from grader.i18n import LANGUAGES

    for at, argument in enumerate(arguments):
        name, _equals, value = argument.partition("=")
        if name == "--lang":
            value = value or (arguments[at + 1] if at + 1 < len(arguments) else "")
            return value if value in LANGUAGES else None
    return None
